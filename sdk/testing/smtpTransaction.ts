// One mail transaction with the practice ISP: the envelope as it grows, and what came of it.
import type { Buffer } from 'node:buffer';

/** A message that a client sent out through the practice ISP. */
export interface ReceivedMail {
  /** Reverse-path; '' is the null sender. */
  readonly from: string;
  /** Recipients that were accepted, in the order of RCPT. */
  readonly recipients: readonly string[];
  /** What DATA brought, dot-stuffing removed. */
  readonly octets: Buffer;
  readonly at: Date;
  /** Who logged in, `undefined` without AUTH. */
  readonly user: string | undefined;
  /** The connection was TLS. */
  readonly secure: boolean;
  /** Parameters of MAIL, keys in capitals: SIZE, BODY, RET, ENVID. */
  readonly parameters: Parameters;
  /** Parameters of RCPT by recipient: NOTIFY, ORCPT. */
  readonly recipientParameters: Readonly<Record<string, Parameters>>;
}

type Parameters = Readonly<Record<string, string | true>>;

interface Path {
  readonly address: string;
  readonly parameters: Parameters;
}

/** `FROM:<...> SIZE=10`; a quoted local part may hold anything. */
const PATH = /^(?:FROM|TO):\s*<((?:"(?:\\.|[^"\\])*"|[^">])*)>\s*(.*)$/i;

export class SmtpTransaction {
  readonly #recipients: Path[] = [];

  private constructor(private readonly sender: Path) {}

  /** `undefined` where it is no path. */
  static begin(argument: string): SmtpTransaction | undefined {
    const sender = pathOf(argument);
    return sender && new SmtpTransaction(sender);
  }

  get from(): string {
    return this.sender.address;
  }

  get isEmpty(): boolean {
    return this.#recipients.length === 0;
  }

  parse(argument: string): Path | undefined {
    return pathOf(argument);
  }

  add(recipient: Path): void {
    this.#recipients.push(recipient);
  }

  mail(octets: Buffer, user: string | undefined, secure: boolean): ReceivedMail {
    return {
      from: this.from,
      recipients: this.#recipients.map(({ address }) => address),
      octets,
      at: new Date(),
      user,
      secure,
      parameters: this.sender.parameters,
      recipientParameters: Object.fromEntries(this.#recipients.map(({ address, parameters }) => [address, parameters])),
    };
  }
}

function pathOf(argument: string): Path | undefined {
  const [, address, rest = ''] = PATH.exec(argument) ?? [];
  if (address === undefined) return undefined;
  const words = rest.split(' ').filter((word) => word !== '');
  return { address, parameters: Object.fromEntries(words.map(parameterOf)) };
}

/** Values are xtext (RFC 3461 section 4). */
function parameterOf(word: string): [string, string | true] {
  const [, key = '', value] = /^([^=]*)(?:=(.*))?$/.exec(word) ?? [];
  const decoded = value?.replace(/\+([0-9A-F]{2})/g, (_xtext, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return [key.toUpperCase(), decoded ?? true];
}
