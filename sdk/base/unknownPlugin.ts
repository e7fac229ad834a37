// What is said of a name that no installed plugin has. Most people leave the publisher out.
import { PostroomError } from '../errors.js';
import { didYouMean } from './nearest.js';

export function unknownPlugin(id: string, installed: readonly string[]): PostroomError {
  const named = installed.filter((each) => each.endsWith(`.${id}`));
  const hint = named.length > 0 ? ` Do you mean ${named.join(' or ')}?` : didYouMean(id, installed);
  return new PostroomError('plugin/unknown', `No plugin ${id} is installed.${hint} "postroom plugins list --all" shows those that are.`);
}
