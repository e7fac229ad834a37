// From a line that a client sent to the command that it means. How lines are read (P08): the keyword ends at the first space; arguments
// are separated by one or more spaces, and spaces at the end mean nothing; too few or too many are refused. USER and PASS alone take
// everything behind their one space.
import { OVERLONG } from './commandLines.js';
import { COMMANDS } from './commands.js';
import type { Session } from './session.js';

/** A web page had a browser send this: what follows is a form of the page's making, and none of its lines may run as a command. */
const HTTP_REQUEST = /^[A-Z]+ \S* HTTP\/\d(?:\.\d)?$/i;

/** Carries out one line. A promise where the command has to wait for something. */
export function execute(session: Session, line: string | typeof OVERLONG): Promise<void> | void {
  const take = session.onResponse;
  session.onResponse = undefined;
  if (line === OVERLONG) return session.refuseBad(take === undefined ? 'Line too long' : 'Response too long');
  return take === undefined ? run(session, line) : take(line);
}

function run(session: Session, line: string): Promise<void> | void {
  const space = line.indexOf(' ');
  const keyword = (space < 0 ? line : line.slice(0, space)).toUpperCase();
  const rest = space < 0 ? undefined : line.slice(space + 1);
  const command = COMMANDS.get(keyword);
  if (keyword !== 'PASS') session.user = undefined;
  if (session.transaction?.lost.aborted === true) return session.refuseLost();
  if (command === undefined) return HTTP_REQUEST.test(line) ? session.refuseHttp() : session.refuseBad('Unknown command');
  if (command.state !== 'both' && (command.state === 'transaction') !== (session.transaction !== undefined)) {
    return session.refuseBad(session.transaction === undefined ? 'Log in first' : 'Already logged in');
  }
  const words = command.text === true ? (rest === undefined ? [] : [rest]) : wordsOf(rest);
  if (words.length < command.arguments[0] || words.length > command.arguments[1]) return session.refuseBad(`Usage: ${command.usage}`);
  return command.run(session, words);
}

function wordsOf(rest: string | undefined): string[] {
  if (rest === undefined || rest === '') return [];
  return rest.includes(' ') ? rest.split(' ').filter((word) => word !== '') : [rest];
}
