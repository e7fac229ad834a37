// A client hands a message in by SMTP, and notes what was promised to it.
import { LineClient } from '../plugins/smtp/lineClient.js';
import type { PromiseState } from './ledger.js';

export interface HandedIn {
  readonly state: PromiseState;
  /** The last thing that the server said, or what kept it from saying it. */
  readonly answer: string;
}

export interface HandInOptions {
  readonly from: string;
  readonly recipients: readonly string[];
  /** Lines end with CRLF, the last one too. */
  readonly text: string;
  /** The client hangs up after so long. */
  readonly patienceMs?: number;
}

/** Never rejects. */
export async function handIn(port: number, { from, recipients, text, patienceMs }: HandInOptions): Promise<HandedIn> {
  let client: LineClient | undefined;
  let limit: NodeJS.Timeout | undefined;
  try {
    client = await LineClient.open(port);
    if (patienceMs !== undefined) limit = setTimeout(() => client?.close(), patienceMs);
    await client.run('EHLO client.office.example');
    await client.run(`MAIL FROM:<${from}>`, ...recipients.map((recipient) => `RCPT TO:<${recipient}>`), 'DATA');
    client.write(`${text.replace(/^\./gm, '..')}.\r\n`);
    const answer = await client.reply();
    return { state: answer.startsWith('250') ? 'made' : 'refused', answer };
  } catch (error) {
    const answer = String(error);
    // A refusal, or cut off: before the text was out nothing may be here, after it one copy may.
    return { state: / -> [45]\d\d/.test(answer) ? 'refused' : 'open', answer };
  } finally {
    clearTimeout(limit);
    client?.close();
  }
}
