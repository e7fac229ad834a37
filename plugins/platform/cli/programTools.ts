// What a word of the command line gets beyond the host: commands in whichever server there is, the control socket, signals, tables.
import { type CommandCall, PostroomError } from '@postroom/sdk';
import type { ProgramHost, ProgramTools, RunCommand } from '@postroom/sdk/services';
import { callRunningServer, isServerListening } from './control/controlClient.js';
import { serveControl } from './control/controlSocket.js';
import { show } from './show.js';
import { listenForEnd } from './shutdownSignals.js';

/** `word`: the author of what is done. */
export function programTools(host: ProgramHost, word: string): ProgramTools {
  return {
    ...host,
    withCommands: (dataDir, work) => withCommands(host, word, dataDir, work),
    serveControl,
    // `npm run demo` is a way to start one.
    untilEnd: () => listenForEnd(['exec', 'run-script']),
    show,
  };
}

async function withCommands<T>(
  host: ProgramHost,
  word: string,
  dataDir: string,
  work: (run: RunCommand, isRunning: boolean) => Promise<T>,
): Promise<T> {
  if (await isServerListening(dataDir)) {
    return work(async (command, args) => {
      const answer = await callRunningServer(dataDir, { command, args, author: word }, () => undefined);
      if (answer === undefined) throw new PostroomError('command/not-running', `The server was stopped meanwhile. Run ${word} again.`);
      return answer.result;
    }, true);
  }
  const server = await host.openServer({ dataDir, serve: false, log: await host.createLog('error', process.stderr) });
  const call: CommandCall = { author: word, signal: new AbortController().signal, progress: () => undefined };
  try {
    return await work((command, args) => server.run(command, args, call), false);
  } finally {
    await server.close();
  }
}
