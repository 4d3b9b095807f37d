"""The folder that holds a code of conduct: its files, its situations, its labelled questions."""
