"""The core room: catalogue, contract, SQL models, build, publish and the one place that asks questions."""
