// Where in settings.json a property of the server is set: at the top for all servers, or under `nodes` where this server has a value of its own.
import type { SettingsAnswer } from '../answers.generated.js';
import { valuesAt } from './valuesAt.js';

/** Keys that this server has for itself. */
export function isOwnOfNode({ written, node }: Pick<SettingsAnswer, 'written' | 'node'>, key: string): boolean {
  return Object.hasOwn(valuesAt(written, ['nodes', node]), key);
}

/** The path of what is in force here. */
export function settingPlace(shown: Pick<SettingsAnswer, 'written' | 'node'>, key: string): readonly string[] {
  return isOwnOfNode(shown, key) ? ['nodes', shown.node, key] : [key];
}
