"""The five stages: each is one module, one command and one task or task group of the DAG, all of one name."""
