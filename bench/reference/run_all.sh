#!/usr/bin/env bash
# Every run of the README's table, one after the other, appended to results.jsonl.
# PY: python with requirements.txt. TORCH_PY: python with requirements-torch.txt (left out if unset).
set -u
cd "$(dirname "$0")"
PY=${PY:-python3}
OUT=${OUT:-results.jsonl}
ERR=$(mktemp)
trap 'rm -f "$ERR"' EXIT
failed=0
go() {
  echo "+ $*" >&2
  "$@" --out "$OUT" >/dev/null 2>"$ERR" || { failed=1; echo "failed: $*" >&2; tail -3 "$ERR" >&2; }
}

smol="--config smollm2-135m --batch 4 --seq 256"
for dtype in f32 bf16; do
  go "$PY" llama_lora_jax.py $smol --dtype $dtype --steps 6
  go "$PY" jora_jax.py $smol --dtype $dtype --steps 6
done
for share in 0.33 all; do
  go "$PY" llama_lora_jax.py $smol --supervised $share --steps 6
done
# f32 only: one bf16 step of torch takes minutes on a CPU without bf16 units.
[ -n "${TORCH_PY:-}" ] && go "$TORCH_PY" torch_peft.py $smol --dtype f32 --warmup 1 --steps 5
for mesh in 1 2 4 8; do
  go "$PY" llama_lora_jax.py --config tiny --batch 8 --seq 256 --tensor $mesh
  [ $mesh = 8 ] || go "$PY" jora_jax.py --config tiny --batch 8 --seq 256 --tensor $mesh  # 4 layers do not split 8 ways
done
go "$PY" dispatch_jax.py
go "$PY" llama_lora_jax.py --config tiny --batch 8 --trace-only
go "$PY" llama_lora_jax.py $smol --trace-only
go "$PY" llama_lora_jax.py $smol --trace-only --no-scan
for mesh in 1 2 4 8; do
  for dtype in bf16 f32; do
    go "$PY" llama_lora_jax.py --config llama2-7b --batch 1 --seq 512 --compile-only --retrace 0 --dtype $dtype --tensor $mesh
  done
  go "$PY" jora_jax.py --config llama2-7b --batch 1 --seq 512 --compile-only --retrace 0 --dtype bf16 --tensor $mesh
done
go "$PY" llama_lora_jax.py $smol --dtype f32 --steps 4 --remat dots
go "$PY" llama_lora_jax.py $smol --dtype f32 --steps 4 --remat layer
go "$PY" jora_jax.py $smol --dtype f32 --steps 4 --dropout 0
for mesh in 1 8; do
  go "$PY" llama_lora_jax.py --config llama2-7b --batch 1 --seq 512 --compile-only --retrace 0 --dtype f32 --tensor $mesh --remat layer
done
[ -n "${TORCH_PY:-}" ] && go "$TORCH_PY" torch_peft.py --config tiny --batch 8 --seq 256
exit $failed
