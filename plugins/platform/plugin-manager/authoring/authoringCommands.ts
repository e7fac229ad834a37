// What authors of plugins need: a new plugin from a template, a check, and packing. It works on the author's files, without a server.
import path from 'node:path';
import { cannotWrite, makeFolder, writeAtomically } from '@postroom/sdk/base';
import type { PluginReader, StandaloneHandler } from '@postroom/sdk/services';
import { newPlugin, type TemplateName } from './pluginTemplate.js';

/** As the command line has them: texts, by the schemas in the manifest. */
type Texts = Readonly<Partial<Record<'name' | 'template' | 'publisher' | 'into' | 'folder', string>>>;

/** Loaded where it is needed: packing is much code that other commands do without. */
const pluginCheck = (): Promise<typeof import('./pluginCheck.js')> => import('./pluginCheck.js');

export function authoringCommands(reader: PluginReader): Readonly<Record<string, StandaloneHandler>> {
  return {
    'plugins.new': async ({ name = '', template = 'filter', publisher = 'me', into }: Texts) => {
      const made = path.resolve(into ?? name);
      const files = await newPlugin({ name, template: template as TemplateName, publisher, into: made });
      return { made, files, next: `cd ${path.relative('', made) || '.'} && npm test` };
    },
    'plugins.validate': async ({ folder: given }: Texts) => {
      const { checkPlugin, refuseProblems } = await pluginCheck();
      const source = path.resolve(given ?? '.');
      const verdict = await checkPlugin(reader, source);
      refuseProblems(source, verdict);
      const { plugin, version, warnings, files } = verdict;
      return { plugin, version, verdict: 'can be installed', warnings, files };
    },
    'plugins.pack': async ({ folder: given, into }: Texts) => {
      const source = path.resolve(given ?? '.');
      const octets = await (await pluginCheck()).packChecked(reader, source);
      const { id, manifest } = await reader.read(source);
      const target = path.resolve(into ?? '.');
      const file = path.join(target, `${id}-${manifest?.version ?? ''}.tgz`);
      try {
        await makeFolder(target);
        await writeAtomically(file, octets, 0o644);
      } catch (error) {
        throw cannotWrite(file, error, 'Name another folder with --into.');
      }
      return { file, octets: octets.length };
    },
  };
}
