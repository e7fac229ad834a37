// Where files lie. The only module that knows where it lies itself: the program runs from many files or from few.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with package.json; this module runs from core/dist/base or core/dist/program. */
export const PRODUCT_FOLDER = fileURLToPath(new URL('../../../', import.meta.url));
/** The core's code as it was built, a file for each source. */
export const BUILT_FOLDER = path.join(PRODUCT_FOLDER, 'core', 'dist');
/** Whether this program runs from few files; then the product's plugins do. */
const IS_BUNDLE = new URL('./', import.meta.url).pathname.endsWith('/core/dist/program/');
/** The product's own plugins. */
export const BUNDLED_PLUGINS = path.join(PRODUCT_FOLDER, 'plugins', path.sep);

/** Of a data folder, and optional: what has to be known before the settings. */
export const BOOT_FILE = 'boot.json';

/** The module of a plugin of the product, from the one that the manifest names. */
export function bundledModule(module: string): string {
  return IS_BUNDLE ? path.join(path.dirname(module), 'bundle', path.basename(module)) : module;
}
