import { Command, InvalidArgumentError } from 'commander';
import { attackTable, measureAttacks, violations } from './attack/measure.ts';

/** `avsl attack-report`: what colluding sources can do to the fused price, against what the theorem allows. */
export function attackReportCommand(): Command {
  return new Command('attack-report')
    .description(
      'the largest move of the fused price that colluding sources can cause, found by search, beside the bound that is proved, the median, the mean and the rule of Pyth; exit 1 when the bound is exceeded',
    )
    .option('--draws <count>', 'sets of honest quotes to attack, each of 3, 5 and 7 sources', countOf, 12)
    .action(({ draws }: { readonly draws: number }) => {
      const attacks = measureAttacks(draws);
      process.stdout.write(attackTable(attacks));
      process.exitCode = violations(attacks).length > 0 ? 1 : 0;
    });
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1 || count > 10_000) {
    throw new InvalidArgumentError('a whole number from 1 to 10000 is expected');
  }
  return count;
}
