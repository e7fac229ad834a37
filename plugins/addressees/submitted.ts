// Mail that came by SMTP has its envelope: nothing needs to be guessed but who is meant by the address that all users of an account share.
import { isOwnAddress, isSharedAddress, type MailView, type SortPlan } from '@postroom/sdk';
import { bareAddress } from './envelopeAddress.js';
import { headerEvidence } from './headerFields.js';

/**
 * Names the envelope recipients that are the account's. `owns`: whether the server counts a recipient to this account though its address is another
 * (`andrew@` this server's own address). The shared address in the envelope stands for every name that the header puts before it; the names
 * come from To, Cc and Bcc, which copies lose only in the `finish` stage.
 */
export function nameEnvelopeRecipients(plan: SortPlan, mail: MailView, owns: (recipient: string) => boolean): SortPlan {
  const account = plan.account;
  let result = plan;
  for (const recipient of mail.envelope.recipients) {
    const address = bareAddress(recipient);
    if (!isOwnAddress(account, address) && !owns(recipient)) continue;
    const evidence = `RCPT TO:<${recipient}>`;
    const sharedByAll = account.domains.length === 0 && isSharedAddress(account, address);
    const named = sharedByAll ? headerEvidence(account, mail).filter((entry) => isSharedAddress(account, entry.address)) : [];
    if (named.length === 0) result = result.address(address, 'L1', evidence);
    for (const entry of named) result = result.address(entry.address, 'L1', `${evidence}, ${entry.field}: ${entry.address.raw.trim()}`);
  }
  return result;
}
