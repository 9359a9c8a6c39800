// The mistakes that the simulation is held against are still mistakes of the sources as they are. Whether it finds them is
// told by `npm run simulate -- --mutations`, which takes minutes.

import { describe, expect, it } from 'vitest'
import { mutated } from './mutate.ts'
import { MUTATIONS } from './mutations.ts'

describe('the simulation', () => {
  it.each(MUTATIONS)('can be run on sources where $name', async (mutation) => {
    expect(await mutated(mutation)).toContain(mutation.mistake)
  })
})
