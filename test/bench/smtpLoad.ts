// A load of mail by SMTP: Postfix's smtp-source, which costs little.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SmtpLoad {
  /** Connections, which stay open over their messages. */
  readonly sessions: number;
  readonly messages: number;
  readonly octets: number;
  readonly to: string;
}

/** Resolves when every message was answered. */
export async function sendBySmtp(port: number, { sessions, messages, octets, to }: SmtpLoad): Promise<void> {
  const many = ['-s', String(sessions), '-m', String(messages), '-l', String(octets), '-d'];
  await run('smtp-source', [...many, '-f', 'user1@works.example', '-t', to, `inet:127.0.0.1:${port}`]);
}
