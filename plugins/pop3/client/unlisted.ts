// Messages that STAT counts and that neither list shows: the server is not well, and must not look as if nothing had come.
import { type ErrorCode, PostroomError } from '@postroom/sdk';
import type { IspAccount } from './ispAccount.js';
import { countIn, type IspAnswer } from './ispAnswers.js';
import { idIn, type ReadListing, sizeIn } from './listing.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';

type Said = Pick<ReadListing, 'listed' | 'sizes' | 'ids'>;

/** Why it is unknown what lies in the mailbox; `undefined` where the lists show something, or there is nothing. `stat`: the answer to STAT. */
export function unlistedError(account: IspAccount, stat: IspAnswer, { listed, sizes, ids }: Said): PostroomError | undefined {
  if (listed > 0 || isEmpty(stat)) return undefined;
  const refused = [sizes, ids].filter(({ ok }) => !ok);
  const count = countIn(stat);
  if (count <= 0 && refused.length < 2) return undefined;
  const code = codeOf([...refused, stat]);
  const said = [...refused, stat].find((answer) => !answer.ok && answer.text !== '')?.text;
  const what =
    count > 0
      ? `says that account ${account.id} has ${count} message(s), and does not list them`
      : `does not list the messages of account ${account.id}`;
  const remedy = code === 'isp/permanent' ? 'Ask the ISP.' : 'Nothing is lost; the next round tries again. Ask the ISP if it lasts.';
  return new PostroomError(code, `${account.host} ${what}${said === undefined ? '' : ` ("${said}")`}. ${remedy}`, { account: account.id });
}

/** What to say where STAT counts more than the lists show; `undefined` where it does not. */
export function missingSentence({ host, id }: IspAccount, stat: IspAnswer, listed: number): string | undefined {
  const missing = countIn(stat) - listed;
  if (missing <= 0) return undefined;
  return `${host} says that account ${id} has ${missing} message(s) more than the ${listed} that it lists: they cannot be collected. Ask the ISP if it lasts.`;
}

/** Asks for the lists and throws where they do not show what STAT counts. */
export async function checkLists(dialogue: Pop3Dialogue): Promise<void> {
  const stat = await dialogue.ask('STAT');
  let listed = 0;
  const note = (entry: unknown): void => {
    if (entry !== undefined) listed += 1;
  };
  const ids = await dialogue.eachLine('UIDL', (line) => note(idIn(line)));
  const sizes = listed > 0 || isEmpty(stat) ? ids : await dialogue.eachLine('LIST', (line) => note(sizeIn(line)));
  const error = unlistedError(dialogue.account, stat, { listed, sizes, ids });
  if (error !== undefined) throw error;
}

/** Several servers refuse the lists of an empty mailbox. */
function isEmpty({ ok, text }: IspAnswer): boolean {
  return ok && /^0(?:\s|$)/.test(text);
}

function codeOf(answers: readonly IspAnswer[]): ErrorCode {
  const codes = answers.filter(({ ok }) => !ok).map(({ code }) => code);
  if (codes.includes('SYS/PERM')) return 'isp/permanent';
  return codes.includes('IN-USE') ? 'isp/in-use' : 'isp/temporary';
}
