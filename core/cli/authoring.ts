// What authors of plugins need: a new plugin from a template, a check, and packing. It works on the author's files and asks no server.
import path from 'node:path';
import type { CommandDeclaration } from '@postroom/sdk';
import { cannotWrite, makeFolder, writeAtomically } from '@postroom/sdk/base';
import { integer, object, string, strings } from '../commands/answerSchemas.js';
import { readManifestFile } from '../host/manifestFile.js';
import { newPlugin, TEMPLATES, type TemplateName } from '../host/packages/pluginTemplate.js';

/** As the CLI has them: texts, by the schemas below. */
type Texts = Readonly<Partial<Record<'name' | 'template' | 'publisher' | 'into' | 'folder', string>>>;
type Authoring = (args: Texts) => Promise<unknown>;

const folder = { type: 'string', path: true, default: '.', description: "The plugin's folder." };

/** Commands of the CLI alone: the manager knows nothing of an author's files. */
export const AUTHORING_COMMANDS: readonly CommandDeclaration[] = [
  {
    command: 'plugins.new',
    title: 'Make a plugin from a template, with tests that pass',
    positional: ['name'],
    arguments: {
      properties: {
        name: { type: 'string', description: 'Lower-case letters, digits and dashes: my-filter.' },
        template: { enum: [...TEMPLATES], default: 'filter', description: 'What it begins with.' },
        publisher: { type: 'string', default: 'me', description: 'Who publishes it; the id is publisher.name.' },
        into: { type: 'string', path: true, description: 'The folder to make; without it, the name.' },
      },
      required: ['name'],
    },
    result: object({ made: string('The folder.'), files: strings(), next: string('What to run.') }),
  },
  {
    command: 'plugins.validate',
    title: 'Say what is wrong with a plugin, without running it',
    reads: true,
    positional: ['folder'],
    arguments: { properties: { folder }, required: [] },
    result: object({
      plugin: string(),
      version: string(),
      verdict: string(),
      warnings: strings('A sentence each.'),
      files: strings('What would be packed.'),
    }),
  },
  {
    command: 'plugins.pack',
    title: 'Make one file of a plugin, to be given to others',
    positional: ['folder'],
    arguments: {
      properties: {
        folder,
        into: { type: 'string', path: true, default: '.', description: 'The folder that the file is put into; made where there is none.' },
      },
      required: [],
    },
    result: object({ file: string('Path of the file.'), octets: integer() }),
  },
];

/** Loaded where it is needed: packing is much code that other commands do without. */
const pluginCheck = (): Promise<typeof import('../host/packages/pluginCheck.js')> => import('../host/packages/pluginCheck.js');

export const AUTHORING: Readonly<Record<string, Authoring>> = {
  'plugins.new': async ({ name = '', template = 'filter', publisher = 'me', into }) => {
    const made = path.resolve(into ?? name);
    const files = await newPlugin({ name, template: template as TemplateName, publisher, into: made });
    return { made, files, next: `cd ${path.relative('', made) || '.'} && npm test` };
  },
  'plugins.validate': async ({ folder: given }) => {
    const { checkPlugin, refuseProblems } = await pluginCheck();
    const source = path.resolve(given ?? '.');
    const verdict = await checkPlugin(source);
    refuseProblems(source, verdict);
    const { plugin, version, warnings, files } = verdict;
    return { plugin, version, verdict: 'can be installed', warnings, files };
  },
  'plugins.pack': async ({ folder: given, into }) => {
    const source = path.resolve(given ?? '.');
    const octets = await (await pluginCheck()).packChecked(source);
    const manifest = (await readManifestFile(path.join(source, 'package.json'))) as Record<'publisher' | 'name' | 'version', string>;
    const target = path.resolve(into ?? '.');
    const file = path.join(target, `${manifest.publisher}.${manifest.name}-${manifest.version}.tgz`);
    try {
      await makeFolder(target);
      await writeAtomically(file, octets, 0o644);
    } catch (error) {
      throw cannotWrite(file, error, 'Name another folder with --into.');
    }
    return { file, octets: octets.length };
  },
};
