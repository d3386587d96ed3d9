import { MINUTE } from '../durations.js';

/**
 * The run stops when no call has succeeded for so long. What each kind of error leads to:
 *
 * | kind of error                                        | what happens                                  | an attempt |
 * |------------------------------------------------------|-----------------------------------------------|------------|
 * | bad-request, too-large, unprocessable, refused,      | the row fails at once                         | yes        |
 * | truncated, crashed, and all that is final            |                                               |            |
 * | bad-answer, timeout, server, network                 | the row waits (backoff, or Retry-After where  | yes        |
 * |                                                      | that is longer), then another call is made    |            |
 * | bad-answer, and its repair is known                  | a call that asks for it is made at once       | yes        |
 * | unsupported (the form of the request)                | the call is made at once, in another form     | no         |
 * | server with status 503 (no Retry-After)              | the same, and all calls wait as long, unless  | yes        |
 * |                                                      | the refusal is one row's (RefusalJudge)       |            |
 * | rate-limit (429), overloaded (503 with Retry-After,  | one row's: it waits, Retry-After or else its  | no         |
 * | 529), unreachable (nothing was sent): never one      | backoff, and the pace is eased. Otherwise all |            |
 * | row's                                                | calls wait: Retry-After, or else a pause that |            |
 * |                                                      | grows with each round of refusals; then one   |            |
 * |                                                      | goes ahead, and the others, slowly at first,  |            |
 * |                                                      | when it is answered, or not refused for 2 s   |            |
 * | unreachable, and the service never once answered     | after as many rounds as a row has attempts,   | no         |
 * |                                                      | the run stops: misconfigured                  |            |
 * | any of these, and no success for GIVE_UP_AFTER_MS    | the run stops: no-success                     |            |
 * | auth, unknown-fabric, no-credit, misconfigured       | the run stops at once                         | no         |
 * | the same but no-credit, with a 4xx, and something    | one more call is made; the run stops if it is | yes        |
 * | was answered before                                  | refused too, unless others were answered      |            |
 * |                                                      | meanwhile: then it is the row's own fault     |            |
 * | a page of a firewall or proxy (403, 405, 406)        | the row fails, where something was answered   | yes        |
 * | bad-request, unprocessable, such a page, and nothing | kept back: the first answer says that it is   | yes        |
 * | was answered yet                                     | the row's own, 20 alike stop the run          |            |
 * | aborted                                              | the run is stopping: the row is left for the  | no         |
 * |                                                      | next run                                      |            |
 */
export const GIVE_UP_AFTER_MS = 15 * MINUTE;
