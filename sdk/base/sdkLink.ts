// Lets installed plugins import '@postroom/sdk' without bringing it along: Node looks for it beside their folders, and finds this server's.
import { mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import path from 'node:path';
import { SDK_FOLDER } from './sdkFolder.js';

/** Makes `node_modules/@postroom/sdk` in `folder` lead to the SDK. */
export async function linkSdk(folder: string): Promise<void> {
  const link = path.join(folder, 'node_modules', '@postroom', 'sdk');
  const target = await readlink(link).catch(() => undefined);
  if (target !== undefined && path.resolve(path.dirname(link), target) === path.resolve(SDK_FOLDER)) {
    return;
  }
  await mkdir(path.dirname(link), { recursive: true });
  await unlink(link).catch(() => undefined);
  // A junction needs no special rights on Windows; elsewhere the type means nothing.
  await symlink(path.resolve(SDK_FOLDER), link, 'junction').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') {
      throw error;
    }
  });
}
