"""The drill: faults are let loose on copies of an estate, and what readers would see is compared with the truth."""
