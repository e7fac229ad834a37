// An office that is set up, with nothing due by itself while a page is looked at.
import { type PracticeIsp, practiceOffice } from '@postroom/sdk/testing';
import { FRESH_SETTINGS } from './manager.js';

export function officeSettings(isp: PracticeIsp): object {
  return { ...FRESH_SETTINGS, ...practiceOffice(isp), 'timer.everyMinutes': 30, 'timer.outboxCount': 0 };
}
