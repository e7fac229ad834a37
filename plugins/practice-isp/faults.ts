// The faults of the testing kit as one command, for people who want to see what Postroom does.
import { PostroomError } from '@postroom/sdk';
import { type Pop3Capability, type Pop3Moment, type PracticeIsp, SMTP_STEPS, type SmtpStep } from '@postroom/sdk/testing';

export interface FaultArguments {
  readonly fault: string;
  readonly at?: string;
  readonly when?: Pop3Moment['when'];
  readonly message?: number;
  readonly octets?: number;
  readonly recipient?: string;
  readonly text?: string;
  readonly milliseconds?: number;
  readonly times?: number;
}

const CAPABILITIES: readonly string[] = ['CAPA', 'UIDL', 'TOP', 'PIPELINING', 'STLS', 'SASL', 'RESP-CODES'] satisfies Pop3Capability[];

export async function switchFault(isp: PracticeIsp, args: FaultArguments): Promise<{ readonly fault: string }> {
  const { pop3, smtp } = isp.faults;
  switch (args.fault) {
    case 'none':
      isp.faults.clear();
      await isp.device.switchOn();
      break;
    case 'pop3-cut':
      pop3.cut(momentOf(args), args.times);
      break;
    case 'pop3-stall':
      pop3.stall(momentOf(args), args.times);
      break;
    case 'pop3-answer':
      pop3.answer(needed(args, 'at'), needed(args, 'text'), answerOptions(args));
      break;
    case 'pop3-without':
      pop3.without.add(oneOf(args, CAPABILITIES) as Pop3Capability);
      break;
    case 'pop3-latency':
      pop3.latency = needed(args, 'milliseconds');
      break;
    case 'smtp-cut':
      smtp.cut(oneOf(args, SMTP_STEPS) as SmtpStep, args.times);
      break;
    case 'smtp-stall':
      smtp.stall(oneOf(args, SMTP_STEPS) as SmtpStep, args.times);
      break;
    case 'smtp-answer':
      answerSmtp(isp, args);
      break;
    case 'device-off':
      await isp.device.switchOff();
      break;
    case 'device-on':
      await isp.device.switchOn();
      break;
    default:
      throw new PostroomError('command/arguments', `The practice ISP has no fault '${args.fault}'.`, { fault: args.fault });
  }
  return { fault: args.fault };
}

function answerSmtp(isp: PracticeIsp, args: FaultArguments): void {
  const text = needed(args, 'text');
  if (!/^[45]\d\d ./.test(text)) {
    throw new PostroomError(
      'command/arguments',
      `'${text}' is not an SMTP refusal: give a code of 4xx or 5xx and a text, as in '450 4.2.1 Mailbox busy'.`,
    );
  }
  if (args.recipient === undefined) isp.faults.smtp.answer(oneOf(args, SMTP_STEPS) as SmtpStep, text, args.times);
  else isp.faults.smtp.answerRecipient(args.recipient, text, args.times);
}

function momentOf(args: FaultArguments): Pop3Moment {
  return {
    command: needed(args, 'at'),
    when: args.when ?? 'received',
    ...(args.message === undefined ? {} : { message: args.message }),
    ...(args.octets === undefined ? {} : { octets: args.octets }),
  };
}

function answerOptions({ message, times }: FaultArguments): { readonly message?: number; readonly times?: number } {
  return { ...(message === undefined ? {} : { message }), ...(times === undefined ? {} : { times }) };
}

function oneOf(args: FaultArguments, choices: readonly string[]): string {
  const at = needed(args, 'at');
  if (choices.includes(at)) return at;
  throw new PostroomError('command/arguments', `The fault ${args.fault} can be at ${choices.join(', ')}, not at '${at}'.`, {
    fault: args.fault,
  });
}

function needed<K extends 'at' | 'text' | 'milliseconds'>(args: FaultArguments, name: K): NonNullable<FaultArguments[K]> {
  const value = args[name];
  if (value !== undefined) return value;
  throw new PostroomError('command/arguments', `The fault ${args.fault} needs the argument '${name}'.`, { fault: args.fault });
}
