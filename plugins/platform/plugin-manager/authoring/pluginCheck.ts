// `plugins validate`: everything that can be said about a plugin's folder without running it, in sentences.
import { access } from 'node:fs/promises';
import path from 'node:path';
import { type CommandDeclaration, PostroomError, sentenceOf } from '@postroom/sdk';
import { pluginFiles, syntaxErrors } from '@postroom/sdk/base';
import type { PackOptions, PluginReader } from '@postroom/sdk/services';
import { packFiles } from '../packages/pluginArchive.js';

export interface PluginVerdict {
  readonly plugin: string;
  readonly version: string;
  /** It can't be installed with any of these. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly files: readonly string[];
}

export async function checkPlugin(reader: PluginReader, folder: string, { readsCode = true }: PackOptions = {}): Promise<PluginVerdict> {
  const { id, manifest, problems } = await reader.read(folder);
  const found: string[] = [...problems];
  let files: readonly string[] = [];
  try {
    files = await pluginFiles(folder);
  } catch (error) {
    if (error instanceof PostroomError) {
      found.push(sentenceOf(error));
    }
  }
  const main = manifest?.main?.replace(/^\.\//, '');
  if (main !== undefined && !(await exists(path.join(folder, main)))) {
    found.push(`package.json /main names ${main}, which is not there.`);
  } else if (main !== undefined && files.length > 0 && !files.includes(main)) {
    found.push(`package.json /main names ${main}, which "files" leaves out.`);
  }
  if (readsCode) for await (const each of syntaxErrors(folder, files)) found.push(each);
  const warnings = [
    ...(files.some((file) => /^readme/i.test(file)) ? [] : ['It has no README.']),
    ...undescribed(manifest?.contributes?.configuration?.properties ?? {}),
    ...withoutResult(manifest?.contributes?.commands ?? []),
  ];
  return { plugin: id, version: manifest?.version ?? '', problems: found, warnings, files };
}

/** Packs a plugin's folder. Rejects with `plugin/manifest` and every problem where it could not be installed. */
export async function packChecked(reader: PluginReader, folder: string, options?: PackOptions): Promise<Buffer> {
  const verdict = await checkPlugin(reader, folder, options);
  refuseProblems(folder, verdict);
  return packFiles(folder, verdict.files);
}

/** Throws `plugin/manifest` with every problem, if there is one. */
export function refuseProblems(folder: string, { problems }: PluginVerdict): void {
  if (problems.length === 0) return;
  throw new PostroomError(
    'plugin/manifest',
    `${path.resolve(folder)} can't be installed:\n${problems.map((each) => `- ${each}`).join('\n')}`,
  );
}

function undescribed(
  properties: Readonly<Record<string, { readonly description?: string; readonly markdownDescription?: string }>>,
): readonly string[] {
  return Object.entries(properties)
    .filter(([, schema]) => schema.description === undefined && schema.markdownDescription === undefined)
    .map(([key]) => `The setting ${key} has no description: people see it in the manager and in their editor.`);
}

function withoutResult(commands: readonly CommandDeclaration[]): readonly string[] {
  return commands
    .filter(({ result }) => result === undefined)
    .map(({ command }) => `The command ${command} does not say what it answers: describe the answer in "result", a JSON Schema.`);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
