// Why a plugin can't be activated, for its author: including the line of a syntax error, and an imported file that is missing from the package.
import path from 'node:path';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { pluginFiles, syntaxErrors } from '@postroom/sdk/base';

/** One sentence. Looks at the code in `folder` without running it. */
export async function activationProblem(error: unknown, folder: string): Promise<string> {
  if (error instanceof PostroomError) return error.message;
  const files = await pluginFiles(folder).catch(() => []);
  for await (const first of syntaxErrors(folder, files)) return `Its code can't be read: ${first}`;
  const said = sentenceOf(error);
  const isOwnFile = said.startsWith(`Cannot find module '${folder}${path.sep}`);
  return `activate() failed: ${said}${isOwnFile ? '. If the plugin has that file, "files" in its package.json leaves it out.' : ''}`;
}
