// What a word of the command line is given, for tests that call its module themselves.
import path from 'node:path';
import type { ProgramTools } from '@postroom/sdk/services';
import { callRunningServer } from '#core/cli/controlSocket.js';

/** Commands run in the server that runs on the data folder. */
export function programTools(): ProgramTools {
  const withCommands: ProgramTools['withCommands'] = (dataDir, work) =>
    work(async (command, args) => {
      const answer = await callRunningServer(dataDir, { command, args, author: 'setup' }, () => undefined);
      if (answer === undefined) throw new Error(`No server runs on ${path.resolve(dataDir)}.`);
      return answer.result;
    }, true);
  return { withCommands } as ProgramTools;
}
