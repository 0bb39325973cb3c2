"""One estimator per file; each exposes `estimator() -> Estimator`."""
