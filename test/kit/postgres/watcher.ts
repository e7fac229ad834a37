// Takes a cluster down, and its folder away, when this process is gone: however it ended, kill -9 included.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Reads until this process is gone, or says that it is done; then SIGQUIT (an immediate end), and SIGKILL for what is stopped or does not hear. */
const SCRIPT = `
while read -r line; do :; done
for file in "$1"/*/postmaster.pid; do
  [ -f "$file" ] || continue
  read -r pid < "$file"
  # Its number may be another program's by now; PostgreSQL works in its data folder.
  [ ! -d /proc/self ] || [ "$(readlink "/proc/$pid/cwd")" = "\${file%/*}" ] || continue
  kill -QUIT "$pid" && kill -CONT "$pid"
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "$pid" || break
    [ -f "$file" ] || break
    sleep 0.1
  done
  [ -f "$file" ] && kill -KILL "$pid"
done
for disk in "$1"/disk_*; do
  [ -d "$disk" ] && umount -l "$disk"
done
rm -rf "$1"
`;

export interface Watcher {
  /** Takes everything below the folder down now; resolves when the folder is gone. */
  finish(): Promise<void>;
}

/** `folder` holds the data folders of clusters. It keeps neither this process nor its terminal. */
export function watch(folder: string): Watcher {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  const pipe = child.stdin as unknown as Socket;
  pipe.on('error', () => undefined);
  pipe.unref();
  child.unref();
  return {
    finish: async () => {
      child.ref();
      const ended = once(child, 'exit');
      pipe.end();
      await ended;
    },
  };
}
