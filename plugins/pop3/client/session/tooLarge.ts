// What people read of a message beyond the limit, whether LIST or its octets said so.
export function tooLargeSentence(size: number, limit: number): string {
  return `A message of ${size} octets (as the ISP lists it) is beyond pop3.maxMessageBytes (${limit}) and stays at the ISP. "postroom waiting list" shows it; "postroom waiting fetch" collects it all the same.`;
}
