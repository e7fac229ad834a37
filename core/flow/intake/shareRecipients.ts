// Which account is concerned with which recipient of a submitted message. Pure.
import { type AccountView, type Envelope, PostroomError } from '@postroom/sdk';
import type { Accounts, Submission, SubmittedRecipient } from '@postroom/sdk/services';

/** One account's share: recipients that are its own, and those that leave through its ISP. */
export interface RecipientShare {
  readonly account: AccountView;
  readonly local: readonly SubmittedRecipient[];
  readonly outside: readonly SubmittedRecipient[];
}

/** The author's account comes first. Throws `user/unknown` where mail for the outside has no account to leave by. */
export function shareRecipients(submission: Submission, accounts: Accounts): readonly RecipientShare[] {
  const own = homeOf(submission, accounts);
  const shares = new Map<string, { account: AccountView; local: SubmittedRecipient[]; outside: SubmittedRecipient[] }>();
  const shareOf = (account: AccountView): { local: SubmittedRecipient[]; outside: SubmittedRecipient[] } => {
    const share = shares.get(account.id) ?? { account, local: [], outside: [] };
    shares.set(account.id, share);
    return share;
  };
  if (own !== undefined) {
    shareOf(own);
  }
  for (const recipient of submission.recipients) {
    const owner = accounts.ownerOf(recipient.address);
    if (owner !== undefined) {
      shareOf(owner).local.push(recipient);
    } else if (own !== undefined) {
      shareOf(own).outside.push(recipient);
    } else {
      throw new PostroomError(
        'user/unknown',
        `No account of this server sends as ${submission.from || 'the null sender'}, so ${recipient.address} cannot be reached.`,
      );
    }
  }
  return [...shares.values()].filter((share) => share.local.length + share.outside.length > 0);
}

/** The plan of an account sees its own recipients and those that leave through it, and no others. */
export function envelopeOf({ local, outside }: RecipientShare, from: string | undefined): Envelope {
  return { from, recipients: [...addressesOf(local), ...addressesOf(outside)] };
}

export function addressesOf(recipients: readonly SubmittedRecipient[]): readonly string[] {
  return recipients.map(({ address }) => address);
}

/** The account of the author, else of the sender's address, else the only one there is. */
function homeOf(submission: Submission, accounts: Accounts): AccountView | undefined {
  const { author, from } = submission;
  const byAuthor = author?.account === undefined ? undefined : accounts.find(author.account);
  return byAuthor ?? accounts.ownerOf(from) ?? (accounts.all.length === 1 || author !== undefined ? accounts.all[0] : undefined);
}
