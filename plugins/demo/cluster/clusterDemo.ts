// `postroom demo --cluster`: two servers on one PostgreSQL take mail in, one is killed in the middle, the other goes on, and every letter is looked for.
import { EXIT, terminalJson, terminalText } from '@postroom/sdk/base';
import type { ProgramTools } from '@postroom/sdk/services';
import { PracticeIsp } from '@postroom/sdk/testing';
import { PASSWORD } from '../howToConnect.js';
import { clusterSummary, summaryRows, verdict } from './clusterSummary.js';
import { DemoFolder } from './demoFolder.js';
import { startServers } from './demoServers.js';
import { type PostgresPrograms, postgresPrograms } from './postgresPrograms.js';
import { takeMailIn } from './story.js';
import { startPostgres } from './temporaryPostgres.js';

export interface ClusterDemoOptions {
  readonly once: boolean;
  readonly json: boolean;
}

/** Resolves with the exit code: not 0 where a promised letter is missing. */
export async function clusterDemo(options: ClusterDemoOptions, tools: ProgramTools): Promise<number> {
  const programs = await postgresPrograms();
  if (typeof programs === 'string') {
    process.stderr.write(`${programs}\n`);
    return EXIT.failed;
  }
  const wish = tools.untilEnd();
  const folder = await DemoFolder.make();
  const isp = await PracticeIsp.start();
  const ended = wish.toEnd.then(() => undefined);
  const shown = show(options, { tools, programs, folder, isp, ended });
  try {
    return (await Promise.race([shown, ended])) ?? EXIT.done;
  } finally {
    // After Ctrl+C in the middle: what it waits for ends with the processes.
    await folder.remove(shown);
    await isp.stop();
    wish.dispose();
  }
}

interface Scene {
  readonly tools: ProgramTools;
  readonly programs: PostgresPrograms;
  readonly folder: DemoFolder;
  readonly isp: PracticeIsp;
  /** Somebody wants the demo to end. */
  readonly ended: Promise<undefined>;
}

async function show({ once, json }: ClusterDemoOptions, { tools, programs, folder, isp, ended }: Scene): Promise<number> {
  const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  say(`Starting a PostgreSQL ${programs.version} of the demo's own, in ${folder.path}.`);
  const postgres = await startPostgres(programs, folder);
  say('Starting the practice ISP, and two servers on that PostgreSQL: front-1 and front-2.');
  const servers = await startServers(postgres, { isp, folder, tools });
  const took = await takeMailIn(servers, { isp, tools, say, leaving: folder.leaving });
  const summary = clusterSummary(took);
  process.stdout.write(
    json
      ? `${terminalJson(JSON.stringify(summary, undefined, 2))}\n`
      : `\n${terminalText(tools.show(summaryRows(summary)))}\n\n${verdict(summary)}\n`,
  );
  if (!once) {
    const { pop3, smtp, manager } = servers.second;
    say(
      [
        '',
        'front-2 stays up. Try:',
        `  curl --user lisa:${PASSWORD} pop3://${pop3.host}:${pop3.port}/1`,
        `  SMTP  ${smtp.host}:${smtp.port}     users andrew, lisa, john; password ${PASSWORD}`,
        ...(manager === undefined ? [] : [`  Manager  ${manager}     password of ADMIN1: ${PASSWORD}`]),
        `  npx postroom nodes --data ${servers.second.dataDir}`,
        '',
        'Ctrl+C ends it; nothing is kept.',
      ].join('\n'),
    );
    await ended;
  }
  await servers.second.stop();
  return summary.lost + summary.damaged + summary.twice === 0 ? EXIT.done : EXIT.failed;
}
