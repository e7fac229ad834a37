// What people are told where the file of this server is not what all servers have. Pure.
import type { SettingsContent, SettingsProblem } from '@postroom/sdk/services';
import { diffLines } from '@postroom/sdk/settings';

const MOST_LINES = 12;
const LONGEST_LINE = 120;
/** Somebody may have written a secret where none belongs: what is shown goes into the log. */
const MAYBE_SECRET = /passw|passphrase|\bpass\b|secret|token|credential|pwd/i;

/** A file that was set aside, as long as it differs from what all servers have: then what somebody wrote there has been taken over, or nobody wants it. */
export function conflictProblem(name: string, content: SettingsContent, inForce: string): SettingsProblem | undefined {
  if (content.text === inForce) return undefined;
  const what = 'Another server changed the settings while somebody wrote into settings.json here. What was written does not count';
  const how = `make the changes again that are still wanted, then remove ${name}.`;
  const difference = content.text === undefined ? ` (${content.refusal})` : `: ${differingLines(inForce, content.text)}`;
  return { severity: 'warning', path: '', message: `${what}; it is kept as ${name}${difference} Look at it, ${how}` };
}

export function behindProblem(why: string): SettingsProblem {
  return {
    severity: 'warning',
    path: '',
    message: `settings.json here is not what all servers share; that is in force all the same. ${why}`,
  };
}

/** `-` is in force, `+` is in the file that was set aside. On one line: problems stand in lists. */
function differingLines(inForce: string, setAside: string): string {
  const lines = diffLines(inForce, setAside, 0)
    .split('\n')
    .filter((line) => line !== '...')
    .map((line) => `${line[0]} ${shownLine(line.slice(1).trim())}`);
  const more = lines.length > MOST_LINES ? ` | and ${lines.length - MOST_LINES} more lines` : '';
  return `${lines.slice(0, MOST_LINES).join(' | ')}${more}.`;
}

function shownLine(line: string): string {
  if (MAYBE_SECRET.test(line)) return '(a line that is not shown, since it may hold a secret)';
  const shown = line.replaceAll(/\p{C}/gu, '?');
  return shown.length > LONGEST_LINE ? `${shown.slice(0, LONGEST_LINE)}...` : shown;
}
