// The program log: JSON lines by pino. Sentences with fields; never a password, never a body. It is read on a terminal, too: what could act there stands
// in it as an escape.
import type { Logger } from '@postroom/sdk';
import { SECRET_FIELDS, terminalJson } from '@postroom/sdk/base';
import type { Log } from '@postroom/sdk/services';
import { type DestinationStream, type LoggerOptions, type Logger as PinoLogger, pino } from 'pino';

/** Said by the log itself: who speaks, when, how grave, and what. */
const RESERVED = ['level', 'time', 'source', 'msg'];

/** A field of such a name would stand in the line a second time, and be read instead: it moves to `fields`. */
function apart(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const reserved = RESERVED.filter((name) => Object.hasOwn(fields, name));
  if (reserved.length === 0) return { ...fields };
  const others = Object.entries(fields).filter(([name]) => !RESERVED.includes(name));
  return { ...Object.fromEntries(others), fields: Object.fromEntries(reserved.map((name) => [name, fields[name]])) };
}

/** Writes to `destination`, standard output if none is given. */
export function createLog(level: string, destination: DestinationStream = process.stdout): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: terminalJson },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '(not shown)' },
  };
  const root: PinoLogger = pino(options, destination);
  const children: PinoLogger[] = [];
  const speaker = (logger: PinoLogger): Logger => ({
    debug: (message, fields) => logger.debug(apart(fields), message),
    info: (message, fields) => logger.info(apart(fields), message),
    warn: (message, fields) => logger.warn(apart(fields), message),
    error: (message, fields) => logger.error(apart(fields), message),
  });
  return {
    ...speaker(root),
    forSource: (source) => {
      const child = root.child({ source });
      children.push(child);
      return speaker(child);
    },
    setLevel: (next) => {
      for (const logger of [root, ...children]) {
        logger.level = next;
      }
    },
  };
}
