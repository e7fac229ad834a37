// The library's handlers: what its sessions come to is asked at the desk.
import type { MaybePromise } from '@postroom/sdk';
import type { SMTPServerDataStream, SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import type { AdmittedClient } from '../submissionDesk.js';
import { submittedEnvelope, userOf } from './envelope.js';
import { messageSource } from './messageSource.js';

type Handlers = Pick<SMTPServerOptions, 'onConnect' | 'onAuth' | 'onMailFrom' | 'onRcptTo' | 'onData'>;

export interface HandlerParts {
  readonly clientOf: (session: SMTPServerSession) => AdmittedClient;
  /** Octets of the largest message. */
  readonly size: number;
  readonly afterMessage: () => void;
}

export function handlersOf({ clientOf, size, afterMessage }: HandlerParts): Handlers {
  return {
    // Synchronous on purpose: the greeting leaves before anything that the client sent early is read.
    onConnect: (session, done) => {
      clientOf(session).begin(session.remoteAddress);
      done();
    },
    onAuth: ({ username, password, authzid, authcid }, session, done) => {
      const forSomebodyElse = Boolean(authzid && authcid && authzid !== authcid);
      const login = { name: username ?? '', password: password ?? '', forSomebodyElse };
      clientOf(session)
        .login(login)
        .then(
          (user) => done(null, { user }),
          (error: Error) => done(error),
        );
    },
    onMailFrom: ({ address }, session, done) => {
      settle(() => clientOf(session).mail({ from: address, user: userOf(session) }, session.secure), done);
    },
    onRcptTo: ({ address }, session, done) => {
      settle(() => clientOf(session).recipient(address), done);
    },
    onData: (stream, session, done) => {
      take(stream, session, clientOf(session), size)
        .then((text) => done(null, text), done)
        .finally(afterMessage)
        .catch(() => undefined);
    },
  };
}

/** At once where the desk answers at once. */
function settle(ask: () => MaybePromise<void>, done: (error?: Error) => void): void {
  let answer: MaybePromise<void>;
  try {
    answer = ask();
  } catch (error) {
    return done(error as Error);
  }
  if (answer === undefined) done();
  else answer.then(() => done(), done);
}

/** Takes the message in; answers the text that follows 250. */
async function take(stream: SMTPServerDataStream, session: SMTPServerSession, client: AdmittedClient, size: number): Promise<string> {
  // Listened to from the start, so that a client that leaves early is noticed and never an uncaught error.
  stream.on('error', () => undefined);
  try {
    return await client.take(messageSource(stream, size), submittedEnvelope(session));
  } finally {
    // What was not read is thrown away, so that the client gets its answer behind the final dot.
    stream.resume();
  }
}
