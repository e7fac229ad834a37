// `postroom serve`: in the foreground until SIGTERM or SIGINT, then a clean end.
import { type Protocol, sentenceOf } from '@postroom/sdk';
import { Licence, type Log, SettingsService } from '@postroom/sdk/services';
import { problemLine } from '@postroom/sdk/settings';
import { service } from '../base/bindings.js';
import { openServer, type Server } from '../bootstrap.js';
import { Doors } from '../host/doors.js';
import type { CommonOptions } from './commandLine.js';
import { controlPath, serveControl } from './controlSocket.js';
import { EXIT } from './exitCodes.js';
import { openProgramLog, type ProgramLog } from './programLog.js';
import { listenForEnd } from './shutdownSignals.js';

/** Milliseconds of processor time without a turn of the event loop; the longest that the product does at a time takes a few hundred. */
const STALL_MS = 60_000;

/** Resolves with the exit code when the server has ended. `programLog`: opened before, so that nothing is printed past it while this file is loaded. */
export async function serve(options: CommonOptions, programLog = openProgramLog(options.json)): Promise<number> {
  const wish = listenForEnd();
  try {
    await serveUntil(wish.toEnd, options, programLog);
    return EXIT.done;
  } finally {
    wish.dispose();
    programLog.dispose();
  }
}

async function serveUntil(ended: Promise<string>, options: CommonOptions, programLog: ProgramLog): Promise<void> {
  const { log } = programLog;
  const server = await openServer({
    dataDir: options.data,
    log,
    onUnhandledError: (error) => giveUp(error, log),
    onStall: { afterMs: STALL_MS, end: () => process.exit(EXIT.stalled) },
  });
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
function readyEvent(server: Server): object {
  const { ports } = service(server.container, Doors);
  const of = (protocol: string): readonly object[] =>
    ports
      .filter((port) => port.protocol === protocol && port.problem === undefined)
      .map(({ host, port, security }) => ({ host, port, security }));
  const protocols = new Set([...MAIL_PROTOCOLS, ...ports.map(({ protocol }) => protocol).filter((protocol) => protocol !== 'http')]);
  return {
    event: 'ready',
    ...Object.fromEntries([...protocols].map((protocol) => [protocol, of(protocol)])),
    admin: adminAddress(server),
    control: controlPath(server.dataDir),
    problems: problemsOf(server),
  };
}

function readySentences(server: Server): readonly string[] {
  const { ports } = service(server.container, Doors);
  const open = ports
    .filter((port) => port.problem === undefined)
    .map(({ protocol, host, port, security }) => `${protocol.toUpperCase()} on ${hostAndPort(host, port)} (${security})`);
  return [`Ready. ${open.length === 0 ? 'No port is open.' : `Open: ${open.join(', ')}.`}`, ...problemsOf(server)];
}

function problemsOf(server: Server): readonly string[] {
  const { verdict } = service(server.container, Licence);
  const { ports } = service(server.container, Doors);
  return [
    ...(verdict.granted ? [] : [`The service does not run: ${verdict.reason} ${verdict.remedy}`]),
    ...ports.flatMap((port) => port.problem ?? []),
    ...service(server.container, SettingsService).problems.map((problem) => problemLine(problem)),
  ];
}

/** The manager's address, `undefined` where no plugin serves it. */
export function adminAddress(server: Server): string | undefined {
  const port = service(server.container, Doors).ports.find(({ protocol, problem }) => protocol === 'http' && problem === undefined);
  return port === undefined ? undefined : `${port.security === 'plain' ? 'http' : 'https'}://${hostAndPort(port.host, port.port)}/`;
}

/** `127.0.0.1:110`, `[::]:110` */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
