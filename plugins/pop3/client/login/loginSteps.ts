// Each way to log in, command by command.
import { createHash, createHmac } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import type { IspAnswer } from '../ispAnswers.js';
import type { Challenge, Pop3Dialogue } from '../pop3Dialogue.js';
import { NAMES, type Way } from './waysToLogIn.js';

/** Octets of a command line with its CRLF (RFC 2449 section 4). */
const COMMAND_LIMIT = 255;
const SHOWN = '(hidden)';

/** Tries one way. `timestamp`: the greeting's, for APOP. */
export function tryWay(dialogue: Pop3Dialogue, way: Way, timestamp: string | undefined): Promise<IspAnswer> {
  switch (way) {
    case 'plain':
      return plain(dialogue);
    case 'plain-in-steps':
      return plainInSteps(dialogue);
    case 'login':
      return login(dialogue);
    case 'cram-md5':
      return cramMd5(dialogue);
    case 'apop':
      return apop(dialogue, timestamp);
    case 'user':
      return user(dialogue);
  }
}

async function user(dialogue: Pop3Dialogue): Promise<IspAnswer> {
  const answer = await dialogue.ask(`USER ${dialogue.account.user}`);
  return answer.ok ? dialogue.ask(`PASS ${dialogue.account.password}`, 'PASS (hidden)') : answer;
}

/** RFC 5034: the response stands behind AUTH where the line is short enough. An older server may not look at it there, and ask. */
async function plain(dialogue: Pop3Dialogue): Promise<IspAnswer> {
  const response = plainResponse(dialogue);
  const line = `AUTH PLAIN ${response}`;
  if (line.length + 2 > COMMAND_LIMIT) return plainInSteps(dialogue);
  return answerPlain(dialogue, await dialogue.askOrAnswer(line, 'AUTH PLAIN (hidden)'), response);
}

async function plainInSteps(dialogue: Pop3Dialogue): Promise<IspAnswer> {
  return answerPlain(dialogue, await dialogue.askOrAnswer('AUTH PLAIN', 'AUTH PLAIN'), plainResponse(dialogue));
}

async function answerPlain(dialogue: Pop3Dialogue, said: IspAnswer | Challenge, response: string): Promise<IspAnswer> {
  if (!('challenge' in said)) return said;
  if (said.challenge === '') return settled(dialogue, 'plain', await dialogue.askOrAnswer(response, SHOWN));
  // PLAIN has no challenge: whatever this is, the answer to it would be wrong.
  return giveUp(dialogue, 'plain');
}

function plainResponse({ account }: Pop3Dialogue): string {
  return base64(`\0${account.user}\0${account.password}`);
}

/** The server's questions are not read: they are `Username:` and `Password:` in whatever words and language. */
async function login(dialogue: Pop3Dialogue): Promise<IspAnswer> {
  const { account } = dialogue;
  let said = await dialogue.askOrAnswer('AUTH LOGIN', 'AUTH LOGIN');
  for (const text of [account.user, account.password]) {
    if (!('challenge' in said)) return said;
    said = await dialogue.askOrAnswer(base64(text), SHOWN);
  }
  return settled(dialogue, 'login', said);
}

/** RFC 2195. */
async function cramMd5(dialogue: Pop3Dialogue): Promise<IspAnswer> {
  const { account } = dialogue;
  const said = await dialogue.askOrAnswer('AUTH CRAM-MD5', 'AUTH CRAM-MD5');
  if (!('challenge' in said)) return said;
  const challenge = Buffer.from(said.challenge, 'base64');
  if (challenge.length === 0) return giveUp(dialogue, 'cram-md5');
  const digest = createHmac('md5', account.password).update(challenge).digest('hex');
  const response = base64(`${account.user} ${digest}`);
  for (const secret of [digest, response]) dialogue.hide(secret);
  return settled(dialogue, 'cram-md5', await dialogue.askOrAnswer(response, SHOWN));
}

/** RFC 1939 section 7. */
async function apop(dialogue: Pop3Dialogue, timestamp: string | undefined): Promise<IspAnswer> {
  const { user: name, password } = dialogue.account;
  if (timestamp === undefined) return { ok: false, code: '', text: 'APOP not supported: no timestamp in the greeting' };
  const digest = createHash('md5').update(timestamp).update(password).digest('hex');
  dialogue.hide(digest);
  return dialogue.ask(`APOP ${name} ${digest}`, 'APOP (hidden)');
}

/** The last answer of a login: the server has all that the way knows. */
function settled(dialogue: Pop3Dialogue, way: Way, said: IspAnswer | Challenge): IspAnswer | Promise<IspAnswer> {
  return 'challenge' in said ? giveUp(dialogue, way) : said;
}

/** `*` ends a login that asks for what the way does not have (RFC 5034 section 4). */
async function giveUp(dialogue: Pop3Dialogue, way: Way): Promise<never> {
  await dialogue.ask('*');
  throw new PostroomError(
    'isp/protocol',
    `${dialogue.account.host} asked a question in ${NAMES[way]}, which has none. The login was given up.`,
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
