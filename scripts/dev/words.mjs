// A line of the program log, as `npm run dev` shows it. Pure.

const LOUD = ['warn', 'error', 'fatal'];

/** `undefined` for a line that is not shown. `all`: every line of the log is. */
export function shownLine(line, all) {
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    return line === '' ? undefined : line;
  }
  const { level, source, msg, stack } = entry;
  if (!all && !LOUD.includes(level) && source !== 'output') return undefined;
  return `  ${level} ${source === undefined ? '' : `${source}: `}${msg}${typeof stack === 'string' ? `\n${stack.replace(/^/gm, '    ')}` : ''}`;
}

/** `POP3 127.0.0.1:1110, SMTP 127.0.0.1:1025, manager http://127.0.0.1:8110/`, and what does not work. */
export function readySentence({ pop3, smtp, admin, problems }) {
  const ports = [
    ...pop3.map(({ host, port }) => `POP3 ${host}:${port}`),
    ...smtp.map(({ host, port }) => `SMTP ${host}:${port}`),
    ...(admin === undefined ? [] : [`manager ${admin}`]),
  ];
  return [ports.length === 0 ? 'no port is open' : ports.join(', '), ...problems.map((problem) => `\n  ${problem}`)].join('');
}
