// How people may write to somebody who shares an account.

/** Both ways in which people may write to a user: the manual's "Your Mail Address is". */
export function usableAddresses(kind: string, address: string, user: string): readonly string[] {
  const domain = address.split('@')[1] ?? '';
  return kind === 'domain' ? [`${user}@${domain}`, `${user} <${user}@${domain}>`] : [`${user} <${address}>`, `"${user}" <${address}>`];
}
