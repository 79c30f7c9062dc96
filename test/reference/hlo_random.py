# Programs of the corpus: random bits by each generator.
import jax
import numpy as np
from jax import lax

from hlo_program import BOTH, program


@program(np.uint32(7))
def threefry(seed):
    key, a, b = jax.random.split(jax.random.key(seed), 3)
    return jax.random.key_data(jax.random.fold_in(key, 3)), jax.random.normal(a, (3,)), jax.random.uniform(b, (2, 2))


@program(np.array([1, 2], np.uint32))
def draws(words):
    k = jax.random.wrap_key_data(words)
    return [
        jax.random.bernoulli(k, 0.3, (4,)), jax.random.bits(k, (3,), np.uint16),
        jax.random.bits(k),
    ]  # fmt: skip


@program(np.array([1, 2, 3, 4], np.uint32), forms=BOTH)
def generated_bits(words):
    k = jax.random.wrap_key_data(words, impl="rbg")
    bits = lax.rng_bit_generator(words, (3,), np.uint32)
    other = lax.rng_bit_generator(words, (2, 2), np.uint8, algorithm=lax.RandomAlgorithm.RNG_THREE_FRY)
    return jax.random.bits(k, (4,)), bits, other, lax.rng_bit_generator(words, (2,), algorithm=lax.RandomAlgorithm.RNG_PHILOX)


@program(text_only="the generator has a state of its own")
def generator_with_state():
    return lax.rng_uniform(np.float32(0), np.float32(1), (3,))
