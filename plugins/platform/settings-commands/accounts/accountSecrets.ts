// Which secrets an account needs: the passwords at its ISP. Pure.

import type { CollectorDeclaration } from '@postroom/sdk';
import type { PluginCatalogue } from '@postroom/sdk/services';
import { foreignCollectors } from '@postroom/sdk/settings';

/** Keys of the secrets of accounts, of all plugins that should run: one that failed is mended some day, and its password is kept for that. */
export function accountSecrets({ plugins }: PluginCatalogue): readonly string[] {
  const wanted = plugins.filter(({ state }) => state !== 'disabled');
  const properties = wanted.flatMap(({ manifest }) => Object.entries(manifest?.contributes?.configuration?.properties ?? {}));
  return properties.filter(([, schema]) => schema.secret === true && schema.scope === 'account').map(([key]) => key);
}

/** Of all secrets of accounts, those that an account needs which is collected by `via`. */
export function neededSecrets(
  { via }: { readonly via: string },
  secrets: readonly string[],
  { collectors }: { readonly collectors: readonly CollectorDeclaration[] },
): readonly string[] {
  return secrets.filter((key) => foreignCollectors(key, via, collectors).length === 0);
}
