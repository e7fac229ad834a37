// The addresses of scanners, printers and programs that send without a login, as somebody types them for `smtp.trustedNetworks`. Pure.
import { isIP } from 'node:net';

/** What `smtp check-senders` answers: the value of the setting, or why it can be none. */
export type ReadSenders = { readonly value: readonly string[]; readonly remark?: string } | { readonly problem: string };

export function readSenders(answer: string): ReadSenders {
  const problem = senderAddressesProblem(answer);
  if (problem !== undefined) return { problem };
  const value = senderAddressesIn(answer);
  const own = value.find(isThisComputer);
  if (own === undefined) return { value };
  return { value, remark: `${own} is this computer: every program and every plugin on it may send as any account.` };
}

/** Separated by commas or white space; `none`, as the empty answer, allows no client. */
export function senderAddressesIn(answer: string): readonly string[] {
  if (/^\s*none\.?\s*$/i.test(answer)) return [];
  return answer.split(/[\s,;]+/).filter((each) => each !== '');
}

/** What is wrong with the answer, in a sentence; an empty answer is fine: then no client sends without a login. */
export function senderAddressesProblem(answer: string): string | undefined {
  const wrong = senderAddressesIn(answer).find((text) => !isNetwork(text));
  if (wrong !== undefined) return `"${wrong}" is no IP address. Write addresses as in 192.168.1.20, or a network as in 192.168.1.0/24.`;
  const whole = senderAddressesIn(answer).find((text) => text.endsWith('/0'));
  return whole === undefined ? undefined : `${whole} is every address there is: anybody could send as you. Name the devices.`;
}

/** Whether it is this computer, which runs every plugin as well. */
export function isThisComputer(text: string): boolean {
  return /^(?:::ffff:)?127\.|^::1(?:\/|$)/i.test(text);
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
