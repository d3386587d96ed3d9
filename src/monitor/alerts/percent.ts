/** `10 %`, `0.5 %`: a share of 1 for a person. */
export function percent(share: number): string {
  const percents = share * 100;
  return `${Number(percents.toFixed(percents < 10 ? 1 : 0))} %`;
}
