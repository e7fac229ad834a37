// `postroom serve`: in the foreground until SIGTERM or SIGINT, then a clean end.
import { type Protocol, sentenceOf } from '@postroom/sdk';
import { EXIT, hostAndPort, managerAddress } from '@postroom/sdk/base';
import { Licence, type Log, PortCatalogue, type ProgramHost, type ProgramServer, SettingsService } from '@postroom/sdk/services';
import { problemLine } from '@postroom/sdk/settings';
import type { CommonOptions } from './commandLine.js';
import { controlPath, serveControl } from './control/controlSocket.js';
import type { ProgramLog } from './programLog.js';
import { listenForEnd } from './shutdownSignals.js';

/** Milliseconds of processor time without a turn of the event loop; the longest that the product does at a time takes a few hundred. */
const STALL_MS = 60_000;

/** Resolves with the exit code when the server has ended. `programLog`: opened before, so that nothing is printed past it while this file is loaded. */
export async function serve(options: CommonOptions, programLog: ProgramLog, host: Pick<ProgramHost, 'openServer'>): Promise<number> {
  const wish = listenForEnd();
  try {
    await serveUntil(wish.toEnd, options, programLog, host);
    return EXIT.done;
  } finally {
    wish.dispose();
    programLog.dispose();
  }
}

async function serveUntil(
  ended: Promise<string>,
  options: CommonOptions,
  programLog: ProgramLog,
  host: Pick<ProgramHost, 'openServer'>,
): Promise<void> {
  const { log } = programLog;
  const server = await startUnless(ended, log, (isEnded) =>
    host.openServer({
      dataDir: options.data,
      log,
      ended: isEnded,
      onUnhandledError: (error) => giveUp(error, log),
      onStall: { afterMs: STALL_MS, end: () => process.exit(EXIT.stalled) },
    }),
  );
  if (server === undefined) return;
  try {
    const control = await serveControl(server);
    if (options.json) {
      programLog.print(readyEvent(server));
    } else {
      for (const sentence of readySentences(server)) {
        log.info(sentence);
      }
    }
    log.info('Stopping.', { signal: await ended });
    await control.dispose();
  } finally {
    await server.close();
  }
  log.info('Stopped.');
}

/** A start that was called off while it waited for something did not fail: `undefined`. */
async function startUnless<T>(ended: Promise<string>, log: Log, start: (isEnded: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const ending = new AbortController();
  void ended.then(() => ending.abort());
  try {
    return await start(ending.signal);
  } catch (error) {
    if (!ending.signal.aborted) throw error;
    log.info(`Stopped before it had started. ${sentenceOf(error)}`);
    return undefined;
  }
}

/** What was accepted is on disk; a supervisor starts a server that knows what it does. */
function giveUp(error: unknown, log: Log): void {
  log.error(`The server ends after an error that nobody expected: ${sentenceOf(error)}`, {
    stack: error instanceof Error ? error.stack : undefined,
  });
  process.exit(EXIT.failed);
}

/** Named in the ready event without an open port, too: scripts rely on them. */
const MAIL_PROTOCOLS: readonly Protocol[] = ['pop3', 'smtp'];

/** The shape that scripts rely on: a list of ports for each protocol of mail programs. */
function readyEvent(server: ProgramServer): object {
  const { ports } = server.get(PortCatalogue);
  const of = (protocol: string): readonly object[] =>
    ports
      .filter((port) => port.protocol === protocol && port.problem === undefined)
      .map(({ host, port, security }) => ({ host, port, security }));
  const protocols = new Set([...MAIL_PROTOCOLS, ...ports.map(({ protocol }) => protocol).filter((protocol) => protocol !== 'http')]);
  return {
    event: 'ready',
    ...Object.fromEntries([...protocols].map((protocol) => [protocol, of(protocol)])),
    admin: managerAddress(ports),
    control: controlPath(server.dataDir),
    problems: problemsOf(server),
  };
}

function readySentences(server: ProgramServer): readonly string[] {
  const { ports } = server.get(PortCatalogue);
  const open = ports
    .filter((port) => port.problem === undefined)
    .map((port) => `${port.protocol.toUpperCase()} on ${hostAndPort(port)} (${port.security})`);
  return [`Ready. ${open.length === 0 ? 'No port is open.' : `Open: ${open.join(', ')}.`}`, ...problemsOf(server)];
}

function problemsOf(server: ProgramServer): readonly string[] {
  const { verdict } = server.get(Licence);
  const { ports } = server.get(PortCatalogue);
  return [
    ...(verdict.granted ? [] : [`The service does not run: ${verdict.reason} ${verdict.remedy}`]),
    // What keeps one port closed often keeps others closed, and is said once.
    ...new Set(ports.flatMap((port) => port.problem ?? [])),
    ...server.get(SettingsService).problems.map((problem) => problemLine(problem)),
  ];
}
