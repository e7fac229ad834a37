// A new plugin from a template of the SDK. It finds the SDK by a link, so that its tests run at once, without anything being downloaded.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { apiVersion, cannotWrite, linkSdk, makeFolder, SDK_FOLDER } from '@postroom/sdk/base';

export const TEMPLATES = ['filter', 'router', 'notifier', 'schedule'] as const;
export type TemplateName = (typeof TEMPLATES)[number];

export interface NewPlugin {
  readonly name: string;
  readonly publisher: string;
  readonly template: TemplateName;
  /** Absolute; made where it does not exist. */
  readonly into: string;
}

const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Answers the files made. Rejects with `command/arguments` for a name that no plugin can have, or a folder that holds something already, and with
 * `file/not-writable`; what was written until then is gone again.
 */
export async function newPlugin({ name, publisher, template, into }: NewPlugin): Promise<readonly string[]> {
  for (const word of [name, publisher]) {
    if (!NAME.test(word)) {
      throw new PostroomError('command/arguments', `"${word}" can't be part of a plugin's id: use lower-case letters, digits and dashes.`);
    }
  }
  const inWords = (error: unknown): PostroomError => cannotWrite(into, error, 'Name another folder with --into.');
  const there = await makeFolder(into)
    .then(() => readdir(into))
    .catch((error: unknown) => Promise.reject(inWords(error)));
  if (there.length > 0) {
    throw new PostroomError('command/arguments', `${into} is not empty. Name another folder with --into.`);
  }
  const source = path.join(SDK_FOLDER, 'templates', template);
  const files = (await readdir(source)).sort();
  const values: Readonly<Record<string, string>> = {
    name,
    publisher,
    title: titleOf(name),
    api: apiVersion(),
    sdk: path.resolve(SDK_FOLDER),
  };
  try {
    for (const file of files) {
      const text = await readFile(path.join(source, file), 'utf8');
      await writeFile(
        path.join(into, file),
        text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole),
      );
    }
    await linkSdk(into);
  } catch (error) {
    for (const file of [...files, 'node_modules']) await rm(path.join(into, file), { recursive: true, force: true }).catch(() => undefined);
    throw inWords(error);
  }
  return files;
}

/** `my-filter` -> `My filter` */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
