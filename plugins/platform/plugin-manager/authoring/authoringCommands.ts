// What authors of plugins need: a new plugin from a template, a check, and packing. It works on the author's files, without a server.
import path from 'node:path';
import type { CommandHandler } from '@postroom/sdk';
import { cannotWrite, makeFolder, writeAtomically } from '@postroom/sdk/base';
import type { PluginReader } from '@postroom/sdk/services';
import { checkPlugin, packChecked, refuseProblems } from './pluginCheck.js';
import { newPlugin, type TemplateName } from './pluginTemplate.js';

/** As the command line has them: texts, by the schemas in the manifest. */
type Texts = Readonly<Partial<Record<'name' | 'template' | 'publisher' | 'into' | 'folder', string>>>;

export function authoringCommands(reader: PluginReader): Readonly<Record<string, CommandHandler>> {
  return {
    'plugins.new': async ({ name = '', template = 'filter', publisher = 'me', into }: Texts) => {
      const made = path.resolve(into ?? name);
      const files = await newPlugin({ name, template: template as TemplateName, publisher, into: made });
      return { made, files, next: `cd ${path.relative('', made) || '.'} && npm test` };
    },
    'plugins.validate': async ({ folder: given }: Texts) => {
      const source = path.resolve(given ?? '.');
      const verdict = await checkPlugin(reader, source);
      refuseProblems(source, verdict);
      const { plugin, version, warnings, files } = verdict;
      return { plugin, version, verdict: 'can be installed', warnings, files };
    },
    'plugins.pack': async ({ folder: given, into }: Texts) => {
      const source = path.resolve(given ?? '.');
      const octets = await packChecked(reader, source);
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
