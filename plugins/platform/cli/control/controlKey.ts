// The key of the control socket in its file. A disk without room for it does not keep the server from starting: the file follows when there is some.
import { unlink, writeFile } from 'node:fs/promises';
import { type Disposable, sentenceOf } from '@postroom/sdk';
import { isNoRoom } from '@postroom/sdk/base';
import { Clock, Log, type ProgramServer } from '@postroom/sdk/services';

const LOOK_AGAIN_MS = 5_000;

/** Readable by the server's user alone. Disposing removes it. Rejects where it is not for want of room that it can't be written. */
export async function keepControlKey(server: ProgramServer, file: string, key: string): Promise<Disposable> {
  const clock = server.get(Clock);
  let timer: Disposable | undefined;
  let isOver = false;
  const write = async (): Promise<void> => {
    await unlink(file).catch(() => undefined);
    await writeFile(file, key, { mode: 0o600 });
  };
  const again = (): void => {
    timer = clock.after(LOOK_AGAIN_MS, () => void write().catch(() => (isOver ? undefined : again())));
  };
  try {
    await write();
  } catch (error) {
    if (!isNoRoom(error)) throw error;
    server.get(Log).error('The command line cannot reach this server until there is room on the disk for its key.', {
      file,
      error: sentenceOf(error),
    });
    again();
  }
  return {
    dispose: async () => {
      isOver = true;
      await timer?.dispose();
      await unlink(file).catch(() => undefined);
    },
  };
}
