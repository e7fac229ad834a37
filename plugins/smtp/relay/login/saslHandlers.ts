// Each mechanism, command by command, as nodemailer's connection takes them. Its own ones give up where a server asks for the response that it was sent.
import { createHmac } from 'node:crypto';
import type { CustomAuthenticationContext, CustomAuthenticationHandlers } from 'nodemailer/lib/smtp-connection';
import type { Mechanism } from './waysToLogIn.js';

/** Octets of a command line with its CRLF (RFC 4954 section 4). */
const COMMAND_LIMIT = 512;

export const SASL_HANDLERS: CustomAuthenticationHandlers & Record<Mechanism, (context: CustomAuthenticationContext) => Promise<void>> = {
  /** The response behind AUTH; where the server does not look at it there, or cannot take it, when it asks. */
  PLAIN: async (context) => {
    const { user, pass } = context.auth.credentials;
    const response = base64(`\0${user}\0${pass}`);
    const line = `AUTH PLAIN ${response}`;
    let reply = line.length + 2 <= COMMAND_LIMIT ? await say(context, line) : undefined;
    if (reply === undefined || reply.code === 500 || reply.code === 501) reply = await say(context, 'AUTH PLAIN');
    settle(reply.code === ASKS ? await say(context, response) : reply);
  },
  /** The server's questions are not read: they are `Username:` and `Password:` in whatever words and language. */
  LOGIN: async (context) => {
    const { user, pass } = context.auth.credentials;
    let reply = await say(context, 'AUTH LOGIN');
    for (const text of [user, pass]) {
      if (reply.code !== ASKS) break;
      reply = await say(context, base64(text));
    }
    settle(reply);
  },
  'CRAM-MD5': async (context) => {
    const { user, pass } = context.auth.credentials;
    const reply = await say(context, 'AUTH CRAM-MD5');
    if (reply.code !== ASKS) return settle(reply);
    const challenge = Buffer.from(reply.text, 'base64');
    const response = base64(`${user} ${createHmac('md5', pass).update(challenge).digest('hex')}`);
    // `*` gives up: there is nothing to answer to.
    settle(await say(context, challenge.length === 0 ? '*' : response));
  },
};

/** RFC 4954 section 4: the server waits for a response. */
const ASKS = 334;

interface Reply {
  /** 0 where it is no reply. */
  readonly code: number;
  readonly text: string;
}

async function say(context: CustomAuthenticationContext, line: string): Promise<Reply> {
  const { response } = await context.sendCommand(line);
  return { code: Number(/^\d{3}(?=[ -]|$)/.exec(response)?.[0] ?? 0), text: response.slice(4) };
}

/** nodemailer puts the server's last answer behind the message. */
function settle({ code }: Reply): void {
  if (code < 200 || code >= 300) throw new Error('Invalid login');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
