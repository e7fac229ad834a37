// All parsers that strangers write to.
import type { FuzzTarget } from './target.js';
import { addresses, encodedWords } from './targets/addresses.js';
import { commandLines, saslPlain } from './targets/commandLines.js';
import { content } from './targets/content.js';
import { dots } from './targets/dots.js';
import { frames } from './targets/frames.js';
import { headers, lineEnds, writtenLines } from './targets/headers.js';
import { manifests } from './targets/manifests.js';
import { messageEnds } from './targets/messageEnds.js';
import { pop3Listings, pop3Rounds } from './targets/pop3Isp.js';
import { settingsText } from './targets/settingsText.js';
import { smtpData } from './targets/smtpData.js';
import { smtpRelay, smtpReplies } from './targets/smtpIsp.js';
import { smtpPaths } from './targets/smtpPaths.js';
import { trace } from './targets/trace.js';

export const TARGETS: readonly FuzzTarget[] = [
  headers,
  lineEnds,
  writtenLines,
  addresses,
  encodedWords,
  content,
  trace,
  dots,
  commandLines,
  saslPlain,
  smtpData,
  smtpPaths,
  pop3Listings,
  pop3Rounds,
  messageEnds,
  smtpReplies,
  smtpRelay,
  frames,
  settingsText,
  manifests,
];
