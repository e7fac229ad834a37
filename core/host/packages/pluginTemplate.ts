// A new plugin from a template of the SDK. It finds the SDK by a link, so that its tests run at once, without anything being downloaded.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { SDK_FOLDER } from '../../base/places.js';
import { API_VERSION } from '../apiVersion.js';
import { linkSdk } from '../isolated/sdkLink.js';

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

/** Answers the files made. Rejects with `command/arguments` for a name that no plugin can have, or a folder that holds something already. */
export async function newPlugin({ name, publisher, template, into }: NewPlugin): Promise<readonly string[]> {
  for (const word of [name, publisher]) {
    if (!NAME.test(word)) {
      throw new PostroomError('command/arguments', `"${word}" can't be part of a plugin's id: use lower-case letters, digits and dashes.`);
    }
  }
  try {
    await mkdir(into, { recursive: true });
  } catch (error) {
    throw new PostroomError('command/arguments', `${into} cannot be made a folder: ${whyNot(error)}. Name another one with --into.`);
  }
  if ((await readdir(into)).length > 0) {
    throw new PostroomError('command/arguments', `${into} is not empty. Name another folder with --into.`);
  }
  const source = path.join(SDK_FOLDER, 'templates', template);
  const files = (await readdir(source)).sort();
  const values: Readonly<Record<string, string>> = {
    name,
    publisher,
    title: titleOf(name),
    api: API_VERSION,
    sdk: path.resolve(SDK_FOLDER),
  };
  for (const file of files) {
    const text = await readFile(path.join(source, file), 'utf8');
    await writeFile(
      path.join(into, file),
      text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole),
    );
  }
  await linkSdk(into);
  return files;
}

function whyNot(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return code === 'EEXIST' || code === 'ENOTDIR' ? 'a file is in its place' : sentenceOf(error);
}

/** `my-filter` -> `My filter` */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
