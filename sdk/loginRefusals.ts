// What a server's words mean where it refuses a login and has no code for it: POP3 and SMTP servers print the same sentences.

/**
 * `later`: not now, whatever the password is. `in-use`: somebody else has the mailbox open. `tls`: no login without encryption. `way`: this command or
 * mechanism is not taken, the password was not looked at. `attention`: the account is closed or not allowed to do this. `credentials`: name or password
 * are wrong, in so many words. `unclear`: none of these; most servers mean the password then.
 */
export type LoginRefusal = 'later' | 'in-use' | 'tls' | 'way' | 'attention' | 'credentials' | 'unclear';

/** So much of a text is read. */
const READ = 500;

/** Words at their beginning: `too many` is found in `Too many logins`, `lock` is not found in `clock`. */
function anyOf(...patterns: readonly string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${patterns.join('|')})`, 'iu');
}

/** Not as a part of a name: `ssl.isp.example`, `post@tls.example`. */
const TLS =
  /(?<![\w.@-])(?:(?:tls|ssl|stls|starttls)(?:v?\d(?:\.\d)?)?(?![\w@-]|\.\w)|encrypt\w*|unencrypted|secure connections?|under a layer|verschl)/i;
const CLEAR_TEXT = /(?<![\w.@-])(?:clear|plain)[ -]?text(?!\w)/i;
/** Behind `clear text logins are off`: the ISP names another way itself. */
const OTHER_WAY = anyOf('apop\\b', 'cram\\b', 'cram-md5', 'scram', 'digest', 'x?oauth', 'modern auth', 'gssapi', 'ntlm');

const WAY = anyOf(
  '(?:unknown|invalid|bad|illegal|unrecogni[sz]ed|unsupported|unimplemented|unexpected|no such|missing|unavailable) (?:\\w+ ){0,2}(?:command|mechanism|method|argument|parameter|keyword|verb|sasl|authentication type|auth type)',
  "(?:command|mechanism|method|way|argument|parameter|apop|cram-md5|sasl|auth|auth plain|auth login|authentication type|user/pass|basic auth\\w*|protocol)\\b.{0,40}?(?<![\\p{L}])(?:not |n't |un)(?:known|valid|recogni|supported|implement|available|allowed|enabled|permitted|understood)",
  '(?:command|mechanism|method|apop|cram-md5|auth plain|auth login|basic auth\\w*|(?:legacy|simple|password) auth\\w*)\\b.{0,40}?(?:disabled|switched off|turned off|\\boff\\b|blocked|deprecated|retired)',
  'wrong number of (?:arg|param)',
  'too (?:many|few) (?:arg|param)',
  'syntax',
  'line too long',
  'no mechanism',
  '(?:not (?:supported|implemented)|unsupported|unimplemented)',
  'another step is needed',
  'mechanism is too weak',
  '(?:please )?use (?:the )?(?:apop|cram|sasl|auth\\b|x?oauth|modern auth)',
);

/** Of time. They outweigh everything: a server that says so has often looked at nothing. */
const NOT_NOW = anyOf(
  'later\\b',
  'temporar',
  'transient',
  'for now\\b',
  'not now\\b',
  'right now\\b',
  'at (?:the|this) (?:moment|time)\\b',
  'currently\\b',
  'momentarily',
  'again in \\d',
  'come back',
  'retry (?:in|after)\\b',
  'sp.{1,2}ter (?:noch|erneut|wieder)',
  'vor.{1,2}bergehend',
  'zur ?zeit\\b',
  'derzeit',
  'momentan',
  'plus tard',
  'temporairement',
  'r.{1,2}essayer',
  'm.{1,2}s tarde',
  'pi.{1,2} tardi',
  'momenteel',
);

const NOUN =
  '(?:user ?names?|users?|logins?|logons?|passwords?|passwd|passphrases?|pass ?codes?|credentials?|authorization code|auth code|mailbox name|account name|userid|user id|kennwort|passwor[td]|benutzername|zugangsdaten|mot de passe|identifiants?|contrase.{1,2}a|senha|wachtwoord|has.o)';
const WRONG =
  '(?:invalid|incorrect|wrong|bad|mismatch|illegal|erroneous|falsch|ung.{1,2}ltig|invalide|erron|incorrecta?|errata?|inv.{1,2}lida?|onjuist|ongeldig)';
const CREDENTIALS = anyOf(
  `${WRONG}\\w*[\\s:'"]+(?:[\\w'/-]+\\s+){0,2}${NOUN}`,
  `(?:unknown|no such|non-?existent)\\s+(?:user|login|account|mailbox)`,
  `${NOUN}\\b.{0,60}?(?<![\\p{L}])(?:${WRONG}|(?:does|do|did)(?: not|n.?t) (?:match|exist)|(?:is |are |was )?not (?:correct|valid|found|known|recogni|accepted)|unknown|expired|rejected|nicht (?:korrekt|richtig|g.{1,2}ltig)|stimm)`,
  '(?:mailbox|account)\\b.{0,40}?(?:does not exist|doesn.t exist|not found)',
  'no mailbox (?:here|for|by)',
  'never heard of',
);

const IN_USE = anyOf(
  '(?:is |already |currently )in use\\b',
  'in use\\b',
  'already (?:been )?(?:open|lock|active|logged|connected|being|access)',
  'lock(?:ed|ing)?\\b',
  '(?:un|dead)?locked',
  'another (?:\\w+ )?(?:session|connection|process|program|client|user|pop|location|place|computer|device)',
  '(?:other|active|concurrent|simultaneous|parallel) (?:pop3? )?session',
  '(?:mailbox|maildrop|inbox|folder|mail file) (?:is |was )?(?:being |already )?(?:busy|open\\b|opened|accessed|used)',
  'busy\\b',
  'open elsewhere',
  'exclusive',
  'opened by',
  '(?:bereits|noch) (?:ge.{1,2}ffnet|in benutzung|angemeldet)',
  'in benutzung',
  'wird (?:bereits|gerade) (?:benutzt|verwendet|abgerufen)',
  'verrouill',
  'd.{1,2}j.{1,2} (?:ouverte?|utilis)',
  'en uso\\b',
  'in gebruik',
);
/** A server that is busy, not a mailbox. */
const BUSY_SERVER = anyOf('(?:server|system|service|host|we are|too) (?:is |are )?(?:too |very )?busy');

/** After too many failures, for a while: not because the mailbox is open elsewhere. */
const LOCKED_ACCOUNT = anyOf('(?:account|user|login|address|ip)\\b.{0,40}?(?<![\\p{L}])(?:locked|blocked|banned)');

const ATTENTION = anyOf(
  '(?:account|mailbox|user|maildrop)\\b.{0,40}?(?<![\\p{L}])(?:disabled|suspended|deactivated|inactive|closed|cancel|terminated|frozen|barred)',
  '(?:pop3?|imap|smtp|protocol)\\b.{0,30}?(?<![\\p{L}])(?:disabled|not (?:enabled|allowed|activated|permitted)|deactivated|nicht (?:aktiviert|freigeschaltet|erlaubt))',
  'not (?:enabled|allowed|activated|permitted) (?:for|to use) (?:pop|smtp)',
);

const TROUBLE = anyOf(
  'too (?:many|often|frequent|much|fast|quick|soon)',
  'more (?:\\w+ )?than (?:allowed|permitted)',
  'limit(?:s|ed|ing)?\\b',
  'rate\\b',
  'throttl',
  'exceed',
  'maximum',
  'max(?:imal)?\\b',
  'minimum time',
  'must (?:wait|be at least)',
  'wait\\b',
  'minutes? apart',
  'less often',
  'poll(?:ing)? (?:less|too)',
  'overload',
  '(?:server|service|system|mailbox|maildrop|backend|database|host)\\b.{0,30}?(?<![\\p{L}])(?:unavailable|not available|down\\b|unreachable|offline|not ready|not responding)',
  'unavailable',
  'maintenance',
  'wartung',
  'shut(?:ting)? ?down',
  'starting up',
  'fault\\b',
  '(?:internal|system|server|database|ldap|sql|backend|back-end|storage|disk|i/o|network|dns|file|resource|unexpected|configuration|software|technical|generic|upstream|proxy|interner?|erreur interne)[ -](?:\\w+ )?(?:error|problem|failure|fault|fehler|interne)',
  '(?:error|problem|failure) (?:while|reading|opening|accessing|connecting|contacting|checking|processing|communicating|occurred)',
  'an error (?:occurred|has)',
  "(?:can ?not|can.?t|could ?n[o.'?]t|could not|unable to|failed to|failure to) (?:be )?(?:get |obtain |acquire )?(?:a |the |your |user.s )?(?:open|lock|access (?:the|your|mail|inbox|user.s)|read|reach|connect|contact|process|query|look ?up|chdir|stat|create|start|fork|find the server|communicate|complete|serve)",
  'chdir',
  'time(?:d)?[ -]?out',
  'out of (?:memory|resources|disk|space|file)',
  'no (?:memory|resources|space|disk)',
  '(?:lost )?connection (?:lost|refused|reset|failed|to \\w+ failed)',
  'lost connection',
  'login delay',
  'interval',
  'frequen',
  'sessions?\\b',
  'quota',
  'greylist',
  'slow down',
  'not \\w+ now\\b',
  'again (?:soon|in|after)\\b',
  'please retry',
  '(?:\\d+|few|an?) ?(?:sec|min|hour)',
  '(?:unknown|service|read|write|open) error',
  'error \\d{3}',
  'something went wrong',
  'out of (?:service|order)',
  '(?:offline|not answering|no answer|not responding)',
  '(?:being|is) (?:moved|migrated|rebuilt|repaired)',
  'in transit',
  'migrat',
  'logins? must',
  'zu (?:viele|oft|h.{1,2}ufig)',
  '.{1,2}berlastet',
  'trop (?:de|souvent)',
  'indisponible',
  'surcharg',
  'demasiad',
  'troppi',
  'te veel',
);

/** Reads the text of a refusal, its code left out. Takes time in proportion to the text, of which only the beginning is read. */
export function readLoginRefusal(text: string): LoginRefusal {
  const said = text.slice(0, READ).replace(/\s+/g, ' ');
  if (CLEAR_TEXT.test(said) && OTHER_WAY.test(said)) return 'way';
  if (TLS.test(said) || CLEAR_TEXT.test(said)) return 'tls';
  const isServers = BUSY_SERVER.test(said) || LOCKED_ACCOUNT.test(said);
  if (NOT_NOW.test(said)) return IN_USE.test(said) && !isServers ? 'in-use' : 'later';
  if (WAY.test(said)) return 'way';
  // Before the words below: "Wrong password. Too many of them lock the mailbox." is about the password.
  if (CREDENTIALS.test(said)) return 'credentials';
  if (isServers) return 'later';
  if (ATTENTION.test(said)) return 'attention';
  if (IN_USE.test(said)) return 'in-use';
  return TROUBLE.test(said) ? 'later' : 'unclear';
}
