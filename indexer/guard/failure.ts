import { RetryableError } from '../../schema/errors.ts';
import { redactUrls } from '../../schema/redaction.ts';

/**
 * unavailable: no answer, or one that is no answer (status, HTML, truncated, wrong types, wrong ids)
 * rate-limited: asked too often
 * range-too-large: more blocks than this node searches at once
 * answer-too-large: more logs or bytes than this node returns at once, or more work than it does
 * too-many-addresses: more addresses or topics than this node searches for at once
 * batch-refused: no JSON-RPC batches, or smaller ones
 * lacks-block: the node does not have a block that is final elsewhere: it lags
 * contradiction: the answer contradicts itself or another node
 * wrong-chain: another chain, or another network with the same chain id
 * refused: any other JSON-RPC error
 */
export type FailureKind =
  | 'unavailable'
  | 'rate-limited'
  | 'range-too-large'
  | 'answer-too-large'
  | 'too-many-addresses'
  | 'batch-refused'
  | 'lacks-block'
  | 'contradiction'
  | 'wrong-chain'
  | 'refused';

/** What an error says about how to ask better. */
export interface Hint {
  readonly blocksMax?: number;
  readonly logsMax?: number;
  readonly addressesMax?: number;
  readonly callsMax?: number;
  readonly retryAfterMs?: number;
}

export class UpstreamFailure extends RetryableError {
  override readonly name = 'UpstreamFailure';
  readonly problem: string;
  constructor(
    readonly upstream: string,
    readonly kind: FailureKind,
    problem: string,
    readonly hint: Hint = {},
  ) {
    const told = redactUrls(problem).slice(0, 300);
    super(`The RPC node ${upstream} fails (${kind}): ${told}. Trying again; if this persists, use another endpoint.`);
    this.problem = told;
  }
}

interface Verdict {
  readonly kind: FailureKind;
  readonly hint: Hint;
}

const count = String.raw`([\d][\d,._]*)\s*(k)?\b`;
const blocksMax = [
  new RegExp(`up to an? ${count}[ -]*block range`, 'i'),
  new RegExp(
    `(?:limited to|at most|max(?:imum)?(?: allowed)?(?: number of)?(?: requested)?(?: blocks?)?(?: range)?(?: limit)?(?: is)?(?: set to)?|distance|size|exceeds|greater than|range limit(?: of)?)[: ]*(?:an? )?${count}`,
    'i',
  ),
  new RegExp(String.raw`\d+ > ${count}`, 'i'),
];
const logsMax = new RegExp(`(?:more than|limit(?: of)?|max(?:imum)?(?: results)?)[: ]*${count}`, 'i');
const addressesMax = new RegExp(`(?:more than|limit(?: of)?|max(?:imum)?(?: is)?|at most)[: ]*${count}`, 'i');
const retrySecondsIn = /(?:try again|retry|retry[- ]after)\D{0,12}(\d+(?:\.\d+)?) ?(?:s\b|sec)/i;

/**
 * What a JSON-RPC error means. Providers agree on no codes (-32005 alone stands for two of these), so the text decides
 * first.
 */
export function classifyError(code: number, message: string): Verdict {
  const says = (pattern: RegExp): boolean => pattern.test(message);
  if (says(/batch/i)) return { kind: 'batch-refused', hint: hintOf('callsMax', addressesMax, message) };
  if (
    says(
      /response (?:body )?size|response (?:is )?too (?:large|big)|(?:returned|return|match\w*|matched by query).*(?:more than|exceed)|max results|too many (?:results|logs|events)|(?:result|logs?) (?:set |window )?(?:is |are )?too large|payload too large|content too large|quer(?:y|ies).*(?:timeout|timed out|took too long)|execution (?:timeout|aborted)|request timed? ?out/i,
    )
  ) {
    return { kind: 'answer-too-large', hint: says(/results|logs/i) ? hintOf('logsMax', logsMax, message) : {} };
  }
  if (says(/address|topic/i) && says(/too many|max|exceed|limit|more than|less/i)) {
    return { kind: 'too-many-addresses', hint: hintOf('addressesMax', addressesMax, message) };
  }
  if (
    (says(/range|blocks/i) && says(/large|wide|limit|exceed|greater|max|too many|at most|up to/i)) ||
    says(/must be smaller than size/i)
  ) {
    const hint = blocksMax.map((pattern) => hintOf('blocksMax', pattern, message)).find((found) => found.blocksMax);
    return { kind: 'range-too-large', hint: hint ?? {} };
  }
  if (
    says(
      /rate|too many (?:requests|connections)|limit exceeded|exceeded.*(?:limit|quota|capacity)|throttl|quota|credits|daily request|capacity/i,
    ) ||
    [-32005, -32029, -32097, 429].includes(code)
  ) {
    const seconds = Number(retrySecondsIn.exec(message)?.[1]);
    return { kind: 'rate-limited', hint: seconds > 0 ? { retryAfterMs: seconds * 1000 } : {} };
  }
  if (
    says(
      /(?:unknown|missing|no such) block|(?:header|block)s?(?: \S+)? (?:is )?not (?:found|available)|after last accepted|beyond (?:current )?head|BlockOutOfRange|unfinalized data|invalid block range/i,
    )
  ) {
    return { kind: 'lacks-block', hint: {} };
  }
  return { kind: 'refused', hint: {} };
}

function hintOf(name: keyof Hint, pattern: RegExp, message: string): Hint {
  const [, digits, thousand] = pattern.exec(message) ?? [];
  const value = Number(digits?.replace(/[,._]/g, '')) * (thousand ? 1000 : 1);
  return value >= 1 ? { [name]: value } : {};
}
