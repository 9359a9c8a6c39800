// Makes a sequence that ends in a difference as short as it can while the difference stays.

import type { DrawnStep, Input } from './draw-requests.ts'

/** Whether a sequence still ends in the difference. */
export type StillDiffers = (steps: readonly DrawnStep[]) => Promise<boolean>

const MAX_ATTEMPTS = 400

/** A shorter sequence: without the steps and parameters that do not matter. */
export async function shrinkSequence(
  steps: readonly DrawnStep[],
  differs: StillDiffers,
): Promise<readonly DrawnStep[]> {
  let attempts = 0
  const tried = async (candidate: readonly DrawnStep[]): Promise<boolean> =>
    attempts++ < MAX_ATTEMPTS && (await differs(candidate))
  const fewer = await withoutSteps(steps, tried)
  return withoutParameters(fewer, tried)
}

/** Leaves steps out, half of them at first, then fewer at a time. The last step stays. */
async function withoutSteps(steps: readonly DrawnStep[], differs: StillDiffers): Promise<readonly DrawnStep[]> {
  let kept = steps
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.length - 1;) {
      const end = Math.min(start + size, kept.length - 1)
      const candidate = [...kept.slice(0, start), ...kept.slice(end)]
      if (await differs(candidate)) kept = candidate
      else start = end
    }
  }
  return kept
}

/** Leaves members of the last steps' inputs out. */
async function withoutParameters(steps: readonly DrawnStep[], differs: StillDiffers): Promise<readonly DrawnStep[]> {
  let kept = steps
  for (let at = kept.length - 1; at >= 0; at--) {
    let candidates = smallerInputs((kept[at] as DrawnStep).input)
    while (candidates.length > 0) {
      const [input, ...others] = candidates
      const candidate = kept.with(at, { ...(kept[at] as DrawnStep), input: input as Input })
      const isBetter = await differs(candidate)
      if (isBetter) kept = candidate
      candidates = isBetter ? smallerInputs(input) : others
    }
  }
  return kept
}

/** The input without one member each, at any depth. */
function smallerInputs(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value
    return list.flatMap((element, at) => [
      list.toSpliced(at, 1),
      ...smallerInputs(element).map((smaller) => list.with(at, smaller)),
    ])
  }
  const members = value as Input
  return Object.keys(members).flatMap((name) => {
    const { [name]: member, ...others } = members
    return [others, ...smallerInputs(member).map((smaller) => ({ ...members, [name]: smaller }))]
  })
}
