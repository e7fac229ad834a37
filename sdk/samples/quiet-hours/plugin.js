// Takes the rounds out of the plan that would fall into the quiet hours. The first round after them is due as the timer has it.

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSchedule.tap('quiet', (plan, { timeZone }) => {
      const [from, until] = [context.settings.get('quiet-hours.from'), context.settings.get('quiet-hours.until')];
      return { rounds: plan.rounds.filter(({ at }) => !isQuiet(at, timeZone, from, until)) };
    }),
  );
}

/**
 * Hours compare as text: both are HH:MM by the wall clock, which knows about summer time.
 * @param {Date} at
 * @param {string} timeZone IANA name
 * @param {string} from
 * @param {string} until
 */
export function isQuiet(at, timeZone, from, until) {
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(at);
  return from <= until ? time >= from && time < until : time >= from || time < until;
}
